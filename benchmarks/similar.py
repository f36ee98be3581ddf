"""Measures similar papers: query by example on CSFCube, whose judges rated the papers around 50 examples.

    git clone https://github.com/iesl/CSFCube clones/CSFCube
    python -m benchmarks.similar clones/CSFCube [--embedder NAME]

Each example's judged papers are ordered by how similar the index finds them (`Index.similar`). Prints the mean average
precision (similar: rated 2 or 3) and the nDCG of the first fifth, as the authors of the collection do, and beside it
what the order by BM25 of the example's text, and by chance, would have been. The judges rated one facet of a paper at a
time (background, method, result), we compare whole papers: the measure knows more than is asked of it.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import numpy as np

from broadsheet.index import Index, embed, sync
from broadsheet.index.query import parse
from broadsheet.types import Document, Method, Paging


@dataclass
class Examples(sync.Unchanging):
    """The papers of all files, and for each example its rated papers by key."""

    papers: dict[int, Document] = field(default_factory=dict)
    rated: dict[str, tuple[int, dict[int, int]]] = field(default_factory=dict)

    def count(self) -> int:
        """How many papers."""
        return len(self.papers)

    def documents(self) -> list[Document]:
        """All of them."""
        return list(self.papers.values())


def read(clone: Path) -> Examples:
    """The judged examples of a clone, bare or not."""
    found = Examples()
    for name in _git(clone, "ls-tree", "-r", "--name-only", "HEAD", "readable_annotations/").splitlines():
        _, first, *others = _git(clone, "show", f"HEAD:{name}").split("=" * 35 + "\npaper_id: ")
        example = _document(first)
        found.papers[example.key] = example
        ratings = {}
        for text in others:
            rating = re.search(r"adju relevance: .*\(\+?(\d)\)", text)
            document = _document(text)
            found.papers.setdefault(document.key, document)
            if rating and document.key != example.key:
                ratings[document.key] = int(rating[1])
        found.rated[Path(name).stem] = (example.key, ratings)
    return found


def main() -> None:
    """Print each order's measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clone", type=Path)
    parser.add_argument("--embedder", default=embed.DEFAULT, metavar="NAME")
    arguments = parser.parse_args()
    examples, embedder = read(arguments.clone), embed.load(arguments.embedder)
    print(f"{len(examples.rated)} examples, {examples.count()} papers")
    with tempfile.TemporaryDirectory(prefix="broadsheet-similar-") as folder:
        sync.rebuild(Path(folder), embedder, examples)
        index = Index(Path(folder), embedder)
        for name, order in orders(index, examples).items():
            print(f"{name:<16} MAP {fmean(map(precision, order)):.3f}  nDCG%20 {fmean(map(ndcg, order)):.3f}")


def orders(index: Index, examples: Examples) -> dict[str, list[list[int]]]:
    """By each method, for each example the ratings in the order it gives."""
    found: dict[str, list[list[int]]] = {"similar papers": [], "BM25": [], "chance": []}
    for key, ratings in examples.rated.values():
        example = examples.papers[key]
        near = [hit.key for hit in index.similar(key, examples.count())]
        line = f"{example.title} {example.abstract}"
        words = index.search(parse(line), method=Method.LEXICAL, paging=Paging(1, examples.count())).hits
        shuffled = random.Random(key).sample(sorted(ratings), len(ratings))
        for name, order in (("similar papers", near), ("BM25", [hit.key for hit in words]), ("chance", shuffled)):
            ranked = [ratings[other] for other in order if other in ratings]
            found[name].append(ranked + [ratings[other] for other in shuffled if other not in set(order)])
    return found


def precision(ranked: Sequence[int]) -> float:
    """Average precision, rated 2 and more being right."""
    right = np.array(ranked) >= 2
    return float((np.cumsum(right)[right] / (np.flatnonzero(right) + 1)).mean()) if right.any() else 0.0


def ndcg(ranked: Sequence[int]) -> float:
    """nDCG of the first fifth."""
    depth = max(len(ranked) // 5, 1)
    discount = 1 / np.log2(np.arange(2, depth + 2))
    gains, ideal = (np.array(order[:depth]) @ discount for order in (ranked, sorted(ranked, reverse=True)))
    return float(gains / ideal) if ideal else 0.0


def _document(text: str) -> Document:
    title = re.search(r"^TITLE: (.*)$", text, re.MULTILINE)
    abstract = text.partition("ABSTRACT: ")[2].partition("\n\n")[0]
    return Document(
        key=int(re.match(r"\d+", text)[0]),  # type: ignore[index]
        title=title[1] if title else "",
        abstract=re.sub(r"\n?\w+_label: ", " ", abstract).strip(),
    )


def _git(clone: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(clone), *arguments], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
