"""Collects what the embedder is trained on: titles, abstracts and retellings of papers, from public repositories.

    git clone https://github.com/staeiou/arxiv_archive clones/staeiou+arxiv_archive      # and so on, see SOURCES
    python training/papers.py clones papers.jsonl.zst --without benchmarks/known_items.jsonl

A retelling says what a paper is about in other words than its title and abstract: its authors' "TL;DR", an editor's
note, a summary by a language model. Writes one object a line with `id`, `title`, `abstract`, `retellings` and whether
the paper is `medical`; it is there once, its retellings from everywhere together. A paper whose title stands in a file
given with `--without` is left out, so that it can be searched for in a test; such a file has a title on a line, or is
JSON lines with a `title`. Repositories are read through git, at their newest commit; what came from where and how much
is printed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import lzma
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard
from lxml import etree

from broadsheet.text import readable

SHORTEST_ABSTRACT = 150
SHORTEST_RETELLING = 40


@dataclass(frozen=True, slots=True)
class Paper:
    """What one source says of one paper; `id` is empty where it gives none."""

    id: str
    title: str
    abstract: str
    retellings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Repository:
    """A clone, bare or not."""

    folder: Path

    def files(self, pattern: str) -> Iterator[tuple[str, bytes]]:
        """Name and content of every file of every branch whose path the pattern finds, each content once."""
        blobs: dict[str, str] = {}
        for branch in self._git("for-each-ref", "--format=%(refname)", "refs/heads").decode().split():
            for line in self._git("ls-tree", "-r", branch).decode().splitlines():
                about, path = line.split("\t", 1)
                if re.search(pattern, path):
                    blobs.setdefault(about.split()[2], path)
        command = ["git", "-C", str(self.folder), "cat-file", "--batch"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin
            assert process.stdout
            for blob, path in blobs.items():
                process.stdin.write(f"{blob}\n".encode())
                process.stdin.flush()
                answer = process.stdout.readline().split()
                if answer[-1] != b"missing":
                    yield path, process.stdout.read(int(answer[2]))
                    process.stdout.read(1)

    def _git(self, *arguments: str) -> bytes:
        return subprocess.run(["git", "-C", str(self.folder), *arguments], check=True, capture_output=True).stdout


def arxiv_archive(repository: Repository) -> Iterator[Paper]:
    """All of arXiv's metadata to 2019 that the repository has, by category."""
    for _, content in repository.files(r"20200101/per_category/.*\.tsv\.xz$"):
        text = io.StringIO(lzma.decompress(content).decode("utf-8"), newline="")
        for row in csv.DictReader(text, delimiter="\t"):
            yield Paper(row["arxiv_id"], row["title"], row["abstract"])


def conferences(repository: Repository) -> Iterator[Paper]:
    """Papers of conferences, many with a "TL;DR" by their authors."""
    for _, content in repository.files(r"\.json$"):
        for paper in _parsed(content):
            if isinstance(paper, dict):
                texts = [str(paper.get(name) or "") for name in ("title", "abstract", "tldr")]
                yield Paper("", texts[0], texts[1], texts[2:])


def daily_retellings(repository: Repository) -> Iterator[Paper]:
    """Papers of a day, retold by a language model from their abstracts, in English."""
    for path, content in repository.files(r"^data/[\d-]+(_AI_enhanced_English)?\.jsonl$"):
        for line in content.decode("utf-8", "replace").splitlines():
            for paper in _parsed(line):
                told = paper.get("AI") if "English" in path else None
                told = told if isinstance(told, dict) else {}
                parts = [str(told.get(name) or "") for name in ("tldr", "motivation", "method", "result", "conclusion")]
                yield Paper(str(paper["id"]), str(paper["title"]), str(paper["summary"]), parts)


def summaries(repository: Repository) -> Iterator[Paper]:
    """SciTLDR: papers with summaries of one sentence by authors and reviewers; only the part made for training."""
    for _, content in repository.files(r"SciTLDR-A/train\.jsonl$"):
        for line in content.decode("utf-8").splitlines():
            for paper in _parsed(line):
                yield Paper("", str(paper.get("title") or ""), " ".join(paper["source"]), list(paper["target"]))


def weekly_notes(repository: Repository) -> Iterator[Paper]:
    """An editor's note on each paper of a week."""
    for _, content in repository.files(r"research/.*\.csv$"):
        for row in csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")):
            yield Paper("", row["Title"], row["Abstract"], [row["Description"]])


def screened(repository: Repository) -> Iterator[Paper]:
    """Papers that were screened for systematic reviews, most of them medical."""
    for _, content in repository.files(r"^datasets/.*/output/.*\.csv$"):
        for row in csv.DictReader(io.StringIO(content.decode("utf-8", "replace"), newline="")):
            yield Paper("", row.get("title") or "", row.get("abstract") or "")


def trials(repository: Repository) -> Iterator[Paper]:
    """Articles on medical trials with the questions that they answer: what, against what, to what end."""
    questions: dict[str, list[str]] = {}
    for _, content in repository.files(r"^annotations/prompts_merged\.csv$"):
        for row in csv.DictReader(io.StringIO(content.decode("utf-8", "replace"), newline="")):
            asked = f"{row['Outcome']} with {row['Intervention']} compared to {row['Comparator']}"
            questions.setdefault(row["PMCID"], []).append(asked)
    for path, content in repository.files(r"^annotations/xml_files/.*\.nxml$"):
        article = etree.fromstring(content, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
        texts = [article.find(f".//{name}") if article is not None else None for name in ("article-title", "abstract")]
        title, abstract = (" ".join(" ".join(text.itertext()).split()) if text is not None else "" for text in texts)
        yield Paper("", title, abstract, questions.get(Path(path).stem.removeprefix("PMC"), []))


def medical_questions(repository: Repository) -> Iterator[Paper]:
    """Medical abstracts whose titles ask a question, with the answers."""
    for _, content in repository.files(r"^data/ori_pqal\.json$"):
        for paper in json.loads(content).values():
            yield Paper("", paper["QUESTION"], " ".join(paper["CONTEXTS"]), [paper["LONG_ANSWER"]])


def biomedical(repository: Repository) -> Iterator[Paper]:
    """Abstracts of biomedical articles in sections; the conclusions stand for a retelling, titles are missing."""
    for _, content in repository.files(r"^abstract/.*\.txt$"):
        abstract, _, concluded = content.decode("utf-8", "replace").partition("\nCONCLUSIONS\n")
        told = re.sub(r"\n(BACKGROUND|METHODS|RESULTS)\n", " ", f"\n{abstract}", flags=re.IGNORECASE)
        yield Paper("", "", " ".join(told.split()), [" ".join(concluded.split())])


def proceedings(repository: Repository) -> Iterator[Paper]:
    """Papers of machine learning conferences and journals."""
    for path, content in repository.files(r"^data/(papers|legacy)/.*\.gz$"):
        text = gzip.decompress(content)
        listed = [line for part in text.splitlines() for line in _parsed(part)] if "jsonl" in path else _parsed(text)
        for paper in listed[0]["papers"] if len(listed) == 1 and "papers" in listed[0] else listed:
            yield Paper("", str(paper.get("title") or ""), str(paper.get("abstract") or ""))


Reader = Callable[[Repository], Iterator[Paper]]

SOURCES: dict[str, Reader] = {
    "staeiou/arxiv_archive": arxiv_archive,
    "papercopilot/paperlists": conferences,
    "allenai/scitldr": summaries,
    "dair-ai/ML-Papers-of-the-Week": weekly_notes,
    "dw-dengwei/daily-arXiv-ai-enhanced": daily_retellings,
    "gwangTT/daily-arXiv-ai-enhanced": daily_retellings,
    "hanwangsgit/daily-arXiv-ai-enhanced": daily_retellings,
    "LIHUA919/AI-Agents-Daily-Research": daily_retellings,
    "eclipse0922/daily-arXiv-ai-enhanced": daily_retellings,
    "wanzhouliu/daily-arXiv-ai-enhanced": daily_retellings,
    "sofpya/daily-arXiv-ai-enhanced": daily_retellings,
    "okaybody10/daily-arXiv-ai-enhanced": daily_retellings,
    "linyueqian/daily-arXiv-ai-enhanced": daily_retellings,
    "zyyyz/daily-arXiv-ai-enhanced": daily_retellings,
    "effyli/daily-arXiv-ai-enhanced": daily_retellings,
    "Jonghwan-dev/Solid-Matcha": daily_retellings,
    "Shiping0608/daily-arXiv-ai-enhanced": daily_retellings,
    "yukari502/Daily-Bio-Arxiv": daily_retellings,
    "Alice-Shimada/hepstoday-en": daily_retellings,
    "xuemian168/daily-arXiv-ai-enhanced": daily_retellings,
    "Jiayihua2001/daily-arXiv-ai-enhanced": daily_retellings,
    "Zijian-astro/daily-arXiv-ai-enhanced": daily_retellings,
    "asreview/systematic-review-datasets": screened,
    "jayded/evidence-inference": trials,
    "pubmedqa/pubmedqa": medical_questions,
    "vgupta123/sumpubmed": biomedical,
    "rbnyng/mlanthology": proceedings,
}
"""Public repositories and how to read them; a clone of `owner/name` is the folder `owner+name`."""


MEDICAL = {
    "asreview/systematic-review-datasets",
    "jayded/evidence-inference",
    "pubmedqa/pubmedqa",
    "vgupta123/sumpubmed",
}
"""Those whose papers are biomedical: few beside the others, and other in their words."""


def main() -> None:
    """Collect, and say what came from where."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--without", type=Path, action="append", default=[], metavar="FILE")
    arguments = parser.parse_args()
    hidden = {_known_by(title) for path in arguments.without for title in _titles(path)}
    papers: dict[str, dict[str, Any]] = {}
    retellings: dict[str, dict[str, None]] = {}
    for name, read in SOURCES.items():
        folder = arguments.clones / name.replace("/", "+")
        if not folder.is_dir():
            print(f"{name}: not there, left out")
            continue
        counts = _collect(read(Repository(_root(folder))), papers, retellings, hidden, medical=name in MEDICAL)
        print(f"{name}: {counts[0]} papers, {counts[1]} of them new, {counts[2]} retellings", flush=True)
    with zstandard.open(arguments.out, "wt", encoding="utf-8") as file:
        for known_by, paper in papers.items():
            file.write(json.dumps(paper | {"retellings": list(retellings[known_by])}, ensure_ascii=False) + "\n")
    print(f"{len(papers)} papers, {sum(map(len, retellings.values()))} retellings")


def _collect(
    read: Iterator[Paper],
    papers: dict[str, dict[str, Any]],
    retellings: dict[str, dict[str, None]],
    hidden: set[str],
    *,
    medical: bool,
) -> tuple[int, int, int]:
    seen = new = told = 0
    for paper in read:
        if len(paper.abstract) < SHORTEST_ABSTRACT:
            continue
        known_by = _known_by(paper.title or paper.abstract)
        if known_by in hidden:
            continue
        seen += 1
        if known_by not in papers:
            new += 1
            papers[known_by] = {
                "id": paper.id,
                "title": readable(paper.title),
                "abstract": readable(paper.abstract),
                "medical": medical,
            }
            retellings[known_by] = {}
        for text in paper.retellings:
            if len(text) >= SHORTEST_RETELLING and text.isascii():
                told += 1
                retellings[known_by][readable(text)] = None
    return seen, new, told


def _titles(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["title"] for line in lines] if path.suffix == ".jsonl" else lines


def _known_by(title: str) -> str:
    return re.sub(r"\W+", "", title).casefold()


def _root(folder: Path) -> Path:
    """The clone itself, or the one folder in it that is."""
    return folder if (folder / ".git").exists() or (folder / "HEAD").exists() else next(folder.iterdir())


def _parsed(text: str | bytes) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return found if isinstance(found, list) else [found]


if __name__ == "__main__":
    main()
