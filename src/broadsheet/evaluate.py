"""The verbs `evaluate` and `compare`: how well the search finds what a test collection says it should.

A test collection is a folder in BEIR's layout: `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl` (`_id`,
`text`) and `qrels/*.tsv` (query, document, grade). Measures are those of ir-measures, which is an extra.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple, TypeAlias

from broadsheet.errors import BadFileError, MissingExtraError
from broadsheet.index import Embedder, Index, sync
from broadsheet.index.query import parse
from broadsheet.text import readable
from broadsheet.types import Document, Method, Paging

MEASURES = ("nDCG@10", "R@100", "RR@10")

DEPTH = 1000
"""Documents in a ranking, as TREC has them."""

Ranking: TypeAlias = Mapping[str, float]
"""Document → score."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one method answered: for each query its ranking, and the seconds that took, in the queries' order."""

    method: Method
    rankings: Mapping[str, Ranking]
    seconds: Sequence[float]


class Difference(NamedTuple):
    """Two runs by one measure: either mean, and the p-value of a two-sided paired t-test over the queries."""

    measure: str
    first: float
    second: float
    p: float


class Collection(sync.Unchanging):
    """A test collection, read from its folder. BadFileError where the folder is not one.

    `split` names the judgements to use (`test`); left out, it is `test` or the only one there is.
    """

    def __init__(self, folder: Path, split: str | None = None) -> None:
        self._folder = folder
        self.ids = [str(line["_id"]) for line in _lines(folder / "corpus.jsonl", "_id", "text")]
        texts = {str(line["_id"]): str(line["text"]) for line in _lines(folder / "queries.jsonl", "_id", "text")}
        self.qrels = {name: grades for name, grades in _judged(folder, split).items() if name in texts}
        self.queries = {name: text for name, text in texts.items() if name in self.qrels}
        if not self.queries:
            raise BadFileError(
                str(folder), "no query has a relevant document", remedy="Are the qrels of these queries?"
            )

    def documents(self) -> Iterator[Document]:
        """All of them, their keys counted from 0."""
        for key, line in enumerate(_lines(self._folder / "corpus.jsonl", "_id", "text")):
            yield Document(key=key, title=readable(line.get("title") or ""), abstract=readable(line["text"]))

    def count(self) -> int:
        """How many documents."""
        return len(self.ids)


def evaluate(
    collection: Collection,
    embedder: Embedder,
    *,
    methods: Iterable[Method] = tuple(Method),
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Run]:
    """Index the collection in a temporary place and run all its queries, as a person would type them, by each method.

    A document with the query's own id is left out, as BEIR does: there, the query is that document.
    """
    with tempfile.TemporaryDirectory(prefix="broadsheet-evaluate-") as place:
        sync.rebuild(Path(place), embedder, collection, progress=progress)
        index = Index(Path(place), embedder)
        for method in methods:
            rankings: dict[str, Ranking] = {}
            seconds = []
            for name, text in collection.queries.items():
                start = time.perf_counter()
                hits = index.search(parse(text), method=method, paging=Paging(1, DEPTH)).hits
                seconds.append(time.perf_counter() - start)
                ranked = ((collection.ids[hit.key], hit.score) for hit in hits)
                rankings[name] = {document: score for document, score in ranked if document != name}
            yield Run(method, rankings, seconds)


def measure(qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Ranking]) -> dict[str, dict[str, float]]:
    """Measure → query → value, for every query that has judgements; one that was not answered counts as zero."""
    tools = _extra("ir_measures")
    found: dict[str, dict[str, float]] = {name: dict.fromkeys(qrels, 0.0) for name in MEASURES}
    for value in tools.iter_calc([tools.parse_measure(name) for name in MEASURES], qrels, rankings):
        found[str(value.measure)][value.query_id] = float(value.value)
    return found


def means(qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Ranking]) -> dict[str, float]:
    """Measure → its mean over the queries."""
    return {name: fmean(values.values()) for name, values in measure(qrels, rankings).items()}


def compare(folder: Path, first: Path, second: Path, split: str | None = None) -> list[Difference]:
    """Whether two TREC run files of this collection differ by more than chance, by each measure."""
    qrels = _judged(folder, split)
    one, other = (measure(qrels, read_run(path)) for path in (first, second))
    stats = _extra("scipy.stats")
    differences = []
    for name in MEASURES:
        firsts, seconds = ([run[name][query] for query in qrels] for run in (one, other))
        gaps = {first - second for first, second in zip(firsts, seconds, strict=True)}
        # Where every query differs by the same there is no spread to test against.
        p = float(stats.ttest_rel(firsts, seconds).pvalue) if len(gaps) > 1 else float(gaps == {0.0})
        differences.append(Difference(name, fmean(firsts), fmean(seconds), p))
    return differences


def write_run(path: Path, run: Run) -> None:
    """The run in TREC's format: query, Q0, document, rank from 1, score, name of the run."""
    with path.open("w", encoding="utf-8") as file:
        for query, ranking in run.rankings.items():
            for rank, (document, score) in enumerate(ranking.items(), 1):
                file.write(f"{query} Q0 {document} {rank} {score:.6f} broadsheet-{run.method}\n")


def read_run(path: Path) -> dict[str, dict[str, float]]:
    """The rankings of a TREC run file."""
    rankings: dict[str, dict[str, float]] = {}
    for number, line in enumerate(_text(path), 1):
        try:
            query, _, document, _, score, *_ = line.split()
            rankings.setdefault(query, {})[document] = float(score)
        except ValueError:
            raise BadFileError(
                str(path),
                "this is not a line of a TREC run",
                place=f"line {number}",
                remedy="It has six words: query, Q0, document, rank, score, name",
            ) from None
    return rankings


def _judged(folder: Path, split: str | None) -> dict[str, dict[str, int]]:
    """The judgements of the queries that have a relevant document; the others measure nothing."""
    return {name: grades for name, grades in _qrels(_judgements(folder, split)).items() if any(grades.values())}


def _judgements(folder: Path, split: str | None) -> Path:
    files = {path.stem: path for path in sorted((folder / "qrels").glob("*.tsv"))}
    name = split or ("test" if "test" in files else next(iter(files), "test"))
    if name not in files or (split is None and name != "test" and len(files) > 1):
        there = ", ".join(files) or "none"
        raise BadFileError(str(folder / "qrels"), f"which judgements? There are: {there}", remedy="Name one: --split")
    return files[name]


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_text(path), 1):
        fields = line.rstrip("\n").split("\t")
        try:
            query, document, grade = fields
            qrels.setdefault(query, {})[document] = int(grade)
        except ValueError:
            if number > 1:  # the first line may be a heading
                raise BadFileError(
                    str(path),
                    "this is no judgement",
                    place=f"line {number}",
                    remedy="It has three columns: query, document, grade",
                ) from None
    return qrels


def _lines(path: Path, *needed: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_text(path), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            missing = [name for name in needed if name not in record]
        except (ValueError, TypeError):
            missing = ["a JSON object"]
        if missing:
            raise BadFileError(str(path), f"there is no {', '.join(missing)}", place=f"line {number}")
        yield record


def _text(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from file
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadFileError(
            str(path), reason, remedy="A test collection has corpus.jsonl, queries.jsonl and qrels/*.tsv"
        ) from error


def _extra(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError("evaluate", "Measuring a search") from error
