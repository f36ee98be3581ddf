"""More papers than anyone has: real ones from a file, then as many generated ones as are asked for, always the same.

    python -m benchmarks.generated papers.jsonl.zst [--count 100000]

tells how fast they come and how their vocabulary grows. A line of the file is a JSON object with `title` and
`abstract`, and maybe `authors`, `categories` and `published`; what it lacks is drawn.

A generated paper is cut together from two or three real ones, so that it has subjects as a real one has; some of its
words are replaced by words of the whole sample, each as likely as it is common there; and a few by invented ones, new
ones among them as often as Heaps' law says: after n words, K n^β different ones were met (Heaps, Information
Retrieval: Computational and Theoretical Aspects, 1978). K and β are those of the sample.

`prepare` makes what every engine of `benchmarks.scale` is given: papers, embeddings, questions.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import zstandard
from numpy.typing import NDArray

from benchmarks.material import lines
from broadsheet.types import Document

if TYPE_CHECKING:  # the peers' processes do without our index
    from broadsheet.index import Embedder

SAMPLE = 20_000
"""Real papers that generated ones are made of."""

COMMON_SHARE = 0.12
"""Words of a generated paper that come from anywhere in the sample."""

RUN, TITLE_RUN = 12, 3
"""Words in a row from one real paper."""

BATCH = 2000

WARM = 50
"""Questions beyond those that are measured, the last ones: they are asked before."""

ADDED = 1000
"""Papers beyond those that are indexed."""

EXACT = 100
"""Questions whose ten nearest papers are found exactly."""

_FIRST_DAY, _LAST_DAY = date(1991, 8, 14).toordinal(), date(2026, 6, 30).toordinal()
_SYLLABLES = [consonant + vowel for consonant in "bdfghjklmnprstvz" for vowel in "aeiou"]
_TERM = re.compile(r"[^\W_]+")
_CATEGORIES = [
    f"{archive}.{subject}" if subject else archive
    for archive, subjects in {
        "cs": "LG CV CL AI RO CR IT HC SE DS SI DC NI CY NE IR SY LO DB SD GT PL CE AR MM CC DM CG GR MA FL ET DL SC",
        "math": "AP CO PR AG NT OC DG DS FA NA RT GT GR CA CV ST AC LO QA RA AT OA SP MG CT SG KT HO GM GN IT",
        "astro-ph": "GA HE CO SR EP IM",
        "cond-mat": "mtrl-sci mes-hall str-el stat-mech soft supr-con quant-gas dis-nn",
        "physics": "optics flu-dyn app-ph plasm-ph ins-det chem-ph comp-ph atom-ph soc-ph bio-ph geo-ph acc-ph med-ph",
        "stat": "ML ME AP CO TH",
        "eess": "SY IV SP AS",
        "q-bio": "NC QM PE BM GN MN",
        "econ": "GN TH EM",
        "quant-ph": "",
        "hep-ph": "",
        "hep-th": "",
        "gr-qc": "",
        "math-ph": "",
    }.items()
    for subject in (subjects.split() or [""])
]
_CATEGORY_WEIGHTS = 1 / (1 + np.random.default_rng(2).permutation(len(_CATEGORIES)))
_CATEGORY_WEIGHTS[0] = 1.5  # cs.LG
_CATEGORY_ENDS = np.cumsum(_CATEGORY_WEIGHTS) / _CATEGORY_WEIGHTS.sum()

Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]
Paper = dict[str, Any]
"""`title`, `abstract` and maybe `authors`, `categories`, `published`: a line of the file."""


def count(path: Path) -> int:
    """How many papers the file has."""
    with zstandard.open(path, "rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))


def real(path: Path, step: int = 1) -> Iterator[Paper]:
    """Every `step`-th paper of the file, as it stands there."""
    yield from islice(lines(path), 0, None, step)


def stream(path: Path, step: int = 1, seed: int = 0) -> Iterator[Document]:
    """Papers without end, their keys counted from 0: every `step`-th real one of the file, then generated ones."""
    papers = chain(real(path, step), _generated(path, step, np.random.default_rng(seed)))
    rng = np.random.default_rng(seed + 1)
    key = 0
    while True:
        batch = list(islice(papers, BATCH))
        yield from _documents(batch, key, rng)
        key += len(batch)


def _documents(papers: Sequence[Paper], first: int, rng: np.random.Generator) -> Iterator[Document]:
    """These papers, keys from `first`, with drawn values for what they lack."""
    size = len(papers)
    # More papers every year: their number grows as the square of the time.
    days = _FIRST_DAY + ((_LAST_DAY - _FIRST_DAY) * np.sqrt(rng.random(size))).astype(np.int64)
    drawn = zip(
        papers,
        days.tolist(),
        (rng.random(size) < 0.15).tolist(),
        _authors(rng, size),
        _categories(rng, size),
        strict=True,
    )
    for key, (paper, day, has_code, authors, categories) in enumerate(drawn, first):
        published = paper.get("published")
        yield Document(
            key=key,
            title=paper["title"],
            abstract=paper["abstract"],
            authors=tuple(paper.get("authors") or authors),
            categories=tuple(paper.get("categories") or categories),
            day=date.fromisoformat(published[:10]) if published else date.fromordinal(day),
            has_code=has_code,
        )


def _authors(rng: np.random.Generator, size: int) -> Iterator[list[str]]:
    """One to many names for each paper; few names are frequent and most are rare."""
    many = 1 + rng.poisson(2.5, size)
    given = _zipf(rng, np.full(many.sum(), 3000)).tolist()
    family = _zipf(rng, np.full(many.sum(), 300_000)).tolist()
    names = (
        f"{invented(one + 7).capitalize()} {invented(other).capitalize()}"
        for one, other in zip(given, family, strict=True)
    )
    return (list(islice(names, number)) for number in many.tolist())


def _categories(rng: np.random.Generator, size: int) -> Iterator[list[str]]:
    """One to three different categories for each paper."""
    drawn = np.searchsorted(_CATEGORY_ENDS, rng.random((size, 3)))
    many = 1 + (rng.random(size) < 0.45) + (rng.random(size) < 0.15)
    for row, number in zip(drawn.tolist(), many.tolist(), strict=True):
        yield list(dict.fromkeys(_CATEGORIES[place] for place in row[:number]))


def _zipf(rng: np.random.Generator, ends: Numbers) -> Numbers:
    """For each end a number from 0 below it; the k-th is drawn about 1 / k times as often as the first."""
    return (np.exp(rng.random(len(ends)) * np.log(np.maximum(ends, 1))) - 0.5).astype(np.int64)


def invented(number: int) -> str:
    """A word that nobody uses: another one for every number up to forty million, longer for greater ones."""
    base = len(_SYLLABLES)
    size = 3 if number < base**3 else 4
    place = number * 314_159 % base**size  # odd and no multiple of 5: every place is met once
    word = ""
    for _ in range(size):
        place, syllable = divmod(place, base)
        word += _SYLLABLES[syllable]
    return word


class Texts:
    """Word sequences, laid end to end as numbers of words."""

    def __init__(self, texts: Iterable[list[int]]) -> None:
        kept = [text for text in texts if text]
        self.lengths: Numbers = np.array([len(text) for text in kept], np.int64)
        self.starts: Numbers = np.cumsum(self.lengths) - self.lengths
        self.words: NDArray[np.int32] = np.fromiter(chain.from_iterable(kept), np.int32, int(self.lengths.sum()))

    def mix(self, rng: np.random.Generator, parents: Numbers, lengths: Numbers, run: int) -> NDArray[np.int32]:
        """New texts of these lengths, end to end: runs of words from the texts in each row of `parents`."""
        runs = -(-lengths // run)
        owner = np.repeat(np.arange(len(lengths)), runs)
        parent = parents[owner, rng.integers(0, parents.shape[1], len(owner))]
        first = (rng.random(len(owner)) * np.maximum(self.lengths[parent] - run + 1, 1)).astype(np.int64)
        place = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        of_run = np.repeat(np.cumsum(runs) - runs, lengths) + place // run
        offset = np.minimum(first[of_run] + place % run, self.lengths[parent[of_run]] - 1)
        mixed: NDArray[np.int32] = self.words[self.starts[parent[of_run]] + offset]
        common = np.flatnonzero(rng.random(len(mixed), np.float32) < COMMON_SHARE)
        mixed[common] = self.words[rng.integers(0, len(self.words), len(common))]
        return mixed


class Heaps:
    """How many different words are met: `scale` n^`exponent` after n words, as it was in the sample."""

    def __init__(self, words: NDArray[np.int32], vocabulary: Sequence[str]) -> None:
        _, first = np.unique(words, return_index=True)
        met: dict[str, int] = {}
        for place in np.argsort(first):
            for term in _TERM.findall(vocabulary[place].lower()):
                met.setdefault(term, int(first[place]))
        half = sum(place < len(words) // 2 for place in met.values())
        self.exponent: float = float(np.log2(len(met) / half))
        self.scale: float = len(met) / len(words) ** self.exponent

    def rate(self, after: float) -> float:
        """The chance that the next word is a new one."""
        return float(self.scale * self.exponent * after ** (self.exponent - 1))


def _generated(path: Path, step: int, rng: np.random.Generator) -> Iterator[Paper]:
    """Generated papers without end, the first of them after every `step`-th paper of the file."""
    papers = count(path)
    row_of: dict[str, int] = {}
    titles, abstracts = [], []
    for paper in real(path, max(papers // SAMPLE, 1)):
        title, abstract = (
            [row_of.setdefault(word, len(row_of)) for word in paper[part].split()] for part in ("title", "abstract")
        )
        if title and abstract:
            titles.append(title)
            abstracts.append(abstract)
    vocabulary = np.array(list(row_of), object)
    headings, bodies = Texts(titles), Texts(abstracts)
    heaps = Heaps(bodies.words, list(row_of))
    # What the sample does not know is as frequent in any paper as new words were at the sample's end.
    share = heaps.rate(len(bodies.words))
    words, rare = float(bodies.lengths.mean()) * papers / step, 0
    while True:
        parents = rng.integers(0, len(titles), (BATCH, 2 + int(rng.random() < 0.5)))
        parts = []
        for texts, run in ((headings, TITLE_RUN), (bodies, RUN)):
            lengths = texts.lengths[rng.integers(0, len(titles), BATCH)]
            typed = vocabulary[texts.mix(rng, parents, lengths, run)]
            unknown = np.flatnonzero(rng.random(len(typed), np.float32) < share)
            new = rng.random(len(unknown)) < heaps.rate(words) / share
            known = rare + np.cumsum(new)
            typed[unknown] = [*map(invented, np.where(new, known - 1, _zipf(rng, known)).tolist())]
            rare += int(new.sum())
            words += len(typed)
            parts.append(_joined(typed.tolist(), np.cumsum(lengths).tolist()))
        for title, abstract in zip(*parts, strict=True):
            yield {"title": title, "abstract": abstract}


def _joined(words: list[str], ends: Sequence[int]) -> Iterator[str]:
    start = 0
    for end in ends:
        text = " ".join(words[start:end])
        yield text[:1].upper() + text[1:]
        start = end


class Prepared:
    """A folder with the papers, embeddings and questions of one size, filled by `prepare`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.reading_s = folder, 0.0
        about = orjson.loads((folder / "about.json").read_bytes())
        self.size: int = about["size"]
        self.embedder: str = about["embedder"]
        self.dimension: int = about["dimension"]
        self.floor: float = about["floor"]
        self.questions: list[str] = about["questions"]

    def documents(self, first: int = 0, last: int | None = None) -> Iterator[Document]:
        """The papers of these places. What reading takes is added to `reading_s`."""
        with zstandard.open(self.folder / "papers.jsonl.zst", "rt", encoding="utf-8") as lines:
            wanted = islice(lines, first, self.size if last is None else last)
            while True:
                start = time.perf_counter()
                batch = [_document(orjson.loads(line)) for line in islice(wanted, 1000)]
                self.reading_s += time.perf_counter() - start
                if not batch:
                    return
                yield from batch

    def vectors(self) -> Vectors:
        """An embedding a paper, in the order of their keys; left on the disk."""
        return np.memmap(self.folder / "vectors.f32", np.float32, "r", shape=(self.size, self.dimension))

    def asked(self) -> Vectors:
        """The embedding of each question."""
        return np.asarray(np.load(self.folder / "asked.npy"), np.float32)

    def nearest(self) -> Vectors:
        """The cosines of the ten papers nearest to each of the first questions, exactly."""
        return np.asarray(np.load(self.folder / "nearest.npy"), np.float32)


def _document(line: dict[str, Any]) -> Document:
    line["authors"], line["categories"] = tuple(line["authors"]), tuple(line["categories"])
    line["day"] = date.fromisoformat(line["day"]) if line["day"] else None
    return Document(**line)


def write_documents(path: Path, documents: Iterator[Document]) -> None:
    """Write what `Prepared.documents` reads."""
    with path.open("wb") as file, zstandard.ZstdCompressor(1).stream_writer(file) as lines:
        for document in documents:
            lines.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))


def prepare(papers: Path, folder: Path, size: int, embedder: Embedder, number: int) -> Prepared:
    """Papers, their embeddings, questions and what is nearest to them, unless they are there already."""
    model = {"embedder": embedder.name, "dimension": embedder.dimension, "floor": embedder.floor}
    about: Paper = {"size": size, "number": number} | model
    told = folder / "about.json"
    if told.exists() and (held := json.loads(told.read_bytes())) == held | about and "embedding_s" in held:
        print(f"{folder}: used again", flush=True)
        return Prepared(folder)
    lines = count(papers)
    step = max(lines // (size + ADDED), 1)
    real = min(-(-lines // step), size)
    if real < number + WARM:
        raise SystemExit(f"{number} questions need {number + WARM} real papers; there are {real}.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_documents(folder / "papers.jsonl.zst", islice(stream(papers, step), size + ADDED))
    told.write_text(json.dumps(about | {"real": real, "questions": []}), encoding="ascii")
    seconds, questions = _embed(Prepared(folder), embedder, max(real // (number + WARM), 1))
    questions = questions[: number + WARM]
    asked = embedder.embed(questions)
    np.save(folder / "asked.npy", asked)
    np.save(folder / "nearest.npy", _nearest(Prepared(folder).vectors(), asked[:EXACT]))
    about |= {"real": real, "questions": questions, "embedding_s": seconds}
    told.write_text(json.dumps(about), encoding="ascii")
    return Prepared(folder)


def _embed(prepared: Prepared, embedder: Embedder, every: int) -> tuple[float, list[str]]:
    """Write the embeddings; answers the seconds that making them took, and a question from every so many papers."""
    seconds, questions = 0.0, list[str]()
    documents = prepared.documents()
    with (prepared.folder / "vectors.f32").open("wb") as file:
        while batch := list(islice(documents, 2000)):
            start = time.perf_counter()
            vectors, _ = embedder.encode([f"{document.title}. {document.abstract}" for document in batch])
            seconds += time.perf_counter() - start
            vectors.tofile(file)
            questions += [question(document, document.key // every) for document in batch if document.key % every == 0]
    return seconds, questions


def question(paper: Document, number: int) -> str:
    """In turn the title of a paper, the first sentence of its abstract, two or three words of its title."""
    title = _TERM.findall(paper.title.lower())
    if number % 3 == 0:
        asked = title
    elif number % 3 == 1:
        asked = _TERM.findall(re.split(r"[.?!] ", paper.abstract, maxsplit=1)[0].lower())
    else:
        telling = [word for word in title if len(word) > 3] or title
        rng = np.random.default_rng(number)
        asked = [telling[place] for place in rng.permutation(len(telling))[: rng.integers(2, 4)]]
    return " ".join(asked or title) or "paper"


def _nearest(vectors: Vectors, asked: Vectors) -> Vectors:
    """The cosines of the ten papers nearest to each question."""
    best = np.full((len(asked), 10), -1, np.float32)
    for first in range(0, len(vectors), 1 << 16):
        scores = np.hstack([best, asked @ vectors[first : first + (1 << 16)].T])
        best = np.partition(scores, -10, axis=1)[:, -10:]
    return np.asarray(best, np.float32)


def main() -> None:
    """Print how fast papers come and how many different words they have, doubling from 1,000 on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("papers", type=Path)
    parser.add_argument("--count", type=int, default=100_000, metavar="N")
    arguments = parser.parse_args()
    documents = stream(arguments.papers, count(arguments.papers))  # a single real one
    next(documents)
    start, met = time.perf_counter(), set[str]()
    held = list(islice(documents, arguments.count))
    print(f"{len(held) / (time.perf_counter() - start):,.0f} papers/s")
    words, told = 0, 1000
    for number, document in enumerate(held, 1):
        terms = _TERM.findall(f"{document.title} {document.abstract}".lower())
        words += len(terms)
        met.update(terms)
        if number == told:
            print(f"{number:>12,} papers {words:>14,} words {len(met):>10,} different")
            told *= 2


if __name__ == "__main__":
    main()
