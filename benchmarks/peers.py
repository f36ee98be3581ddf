"""Broadsheet's index and its peers, each built and asked in a process of its own; `benchmarks.scale` starts them.

    pip install bm25s faiss-cpu usearch lancedb
    python -m benchmarks.peers STEP NAME PREPARED FOLDER

STEP is build or search, for Broadsheet also threads or visible; the last line printed is a JSON object of figures.
No peer is a dependency of the project. Each is used as its documentation does, with what it does by default.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import numpy as np

from benchmarks.generated import ADDED, WARM, Prepared, Vectors
from broadsheet.types import Change, Document, Filter, Method, Paging

OURS = "broadsheet"

MEMORY_LIMIT = 18 << 30
"""Bytes of its own that a process may have."""

LANCEDB_INDEXED = 100_000
"""Papers up to which LanceDB's documentation calls an index of vectors overhead."""

_PATIENCE_S = 100.0
"""When a way to search has taken so long, its remaining questions are left out."""

Search = Callable[[str, Vectors, int], Sequence[int]]
"""Words, their embedding, how many; answers keys, best first."""

Ways = Mapping[str, Search]
"""Searches by what they do (lexical, dense, hybrid, filtered), the most important one first."""


def ours_build(prepared: Prepared, folder: Path) -> None:
    """Both parts, and the embedding."""
    from broadsheet.index import embed, sync

    sync.rebuild(folder, embed.load(prepared.embedder), Library(prepared))


def ours_open(prepared: Prepared, folder: Path) -> Ways:
    """Every method, and hybrid with a filter."""
    from broadsheet.index import Index, embed
    from broadsheet.index.query import parse

    index = Index(folder, embed.load(prepared.embedder))

    def search(text: str, _vector: Vectors, limit: int, *, method: Method, filter: Filter = Filter()) -> list[int]:
        return [hit.key for hit in index.search(parse(text, filter), method=method, paging=Paging(1, limit)).hits]

    filtered = Filter(after=date(2010, 1, 1), categories=("cs", "math"))
    return {
        "hybrid": partial(search, method=Method.HYBRID),
        "filtered": partial(search, method=Method.HYBRID, filter=filtered),
        "lexical": partial(search, method=Method.LEXICAL),
        "dense": partial(search, method=Method.DENSE),
    }


class Library:
    """The prepared papers, and a change log of those that were added."""

    def __init__(self, prepared: Prepared, added: Sequence[Document] = ()) -> None:
        self._prepared, self._added = prepared, added

    def latest(self) -> int:
        """The number of the last change."""
        return len(self._added)

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        """What was added after this number."""
        some = enumerate(self._added[after : after + limit], after + 1)
        return [Change(number, document.key, document) for number, document in some]

    def documents(self) -> Iterator[Document]:
        """Every paper."""
        yield from self._prepared.documents()
        yield from self._added

    def count(self) -> int:
        """How many papers there are."""
        return self._prepared.size + len(self._added)


def tantivy_build(prepared: Prepared, folder: Path) -> None:
    """One field of English stems, the default writer; the text is not stored."""
    tantivy = import_module("tantivy")
    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("key", fast=True)
    schema.add_text_field("text", tokenizer_name="en_stem")
    writer = tantivy.Index(schema.build(), str(folder)).writer()
    for document in prepared.documents():
        writer.add_document(tantivy.Document(key=document.key, text=_text(document)))
    writer.commit()
    writer.wait_merging_threads()


def tantivy_open(_prepared: Prepared, folder: Path) -> Ways:
    """Any of the words, by its query parser."""
    index = import_module("tantivy").Index.open(str(folder))
    searcher = index.searcher()

    def search(text: str, _vector: Vectors, limit: int) -> Sequence[int]:
        hits = searcher.search(index.parse_query(text, ["text"]), limit, count=False).hits
        return searcher.fast_field_values("key", [place for _, place in hits])  # type: ignore[no-any-return]

    return {"lexical": search}


def bm25s_build(prepared: Prepared, folder: Path) -> None:
    """With its stop words and without stems."""
    bm25s = import_module("bm25s")
    tokens = bm25s.tokenize([_text(document) for document in prepared.documents()], show_progress=False)
    matrix = bm25s.BM25()
    matrix.index(tokens, show_progress=False)
    matrix.save(str(folder), show_progress=False)


def bm25s_open(_prepared: Prepared, folder: Path) -> Ways:
    """Any of the words, from a matrix of scores in memory."""
    bm25s = import_module("bm25s")
    matrix = bm25s.BM25.load(str(folder), show_progress=False)

    def search(text: str, _vector: Vectors, limit: int) -> Sequence[int]:
        found, _ = matrix.retrieve(bm25s.tokenize(text, show_progress=False), k=limit, show_progress=False)
        return found[0].tolist()  # type: ignore[no-any-return]

    return {"lexical": search}


def fts5_build(prepared: Prepared, folder: Path) -> None:
    """On the disk, stemmed by Porter's rules; the text is not stored."""
    database = sqlite3.connect(folder / "papers.db")
    database.execute("CREATE VIRTUAL TABLE papers USING fts5(title, abstract, content='', tokenize='porter')")
    rows = ((document.key, document.title, document.abstract) for document in prepared.documents())
    database.executemany("INSERT INTO papers (rowid, title, abstract) VALUES (?, ?, ?)", rows)
    database.commit()
    database.close()


def fts5_open(_prepared: Prepared, folder: Path) -> Ways:
    """Any of the words."""
    database = sqlite3.connect(folder / "papers.db")

    def search(text: str, _vector: Vectors, limit: int) -> list[int]:
        line = " OR ".join(f'"{word}"' for word in text.split())
        rows = database.execute("SELECT rowid FROM papers(?) ORDER BY rank LIMIT ?", (line, limit))
        return [key for (key,) in rows]

    return {"lexical": search}


def faiss_build(prepared: Prepared, folder: Path) -> None:
    """IndexFlatIP, filled at once: growing would take twice the memory."""
    faiss = import_module("faiss")
    index = faiss.IndexFlatIP(prepared.dimension)
    index.add(prepared.vectors())
    faiss.write_index(index, str(folder / "flat.faiss"))


def faiss_open(_prepared: Prepared, folder: Path) -> Ways:
    """The greatest products, exactly."""
    faiss = import_module("faiss")
    faiss.omp_set_num_threads(1)
    index = faiss.read_index(str(folder / "flat.faiss"))

    def search(_text: str, vector: Vectors, limit: int) -> Sequence[int]:
        return index.search(vector[None], limit)[1][0].tolist()  # type: ignore[no-any-return]

    return {"dense": search}


def usearch_build(prepared: Prepared, folder: Path) -> None:
    """A graph of neighbours (HNSW), eight bits a number as ours; by all cores."""
    index = import_module("usearch.index").Index(ndim=prepared.dimension, metric="cos", dtype="i8")
    index.add(np.arange(prepared.size), prepared.vectors())
    index.save(str(folder / "graph.usearch"))


def usearch_open(_prepared: Prepared, folder: Path) -> Ways:
    """The nearest that the graph leads to; it is loaded into memory."""
    index = import_module("usearch.index").Index.restore(str(folder / "graph.usearch"))

    def search(_text: str, vector: Vectors, limit: int) -> Sequence[int]:
        return index.search(vector, limit, threads=1).keys.tolist()  # type: ignore[no-any-return]

    return {"dense": search}


def numpy_build(prepared: Prepared, folder: Path) -> None:
    """Nothing but a copy."""
    np.save(folder / "matrix.npy", prepared.vectors())


def numpy_open(_prepared: Prepared, folder: Path) -> Ways:
    """The greatest products of a float32 matrix in memory."""
    matrix: Vectors = np.load(folder / "matrix.npy")

    def search(_text: str, vector: Vectors, limit: int) -> list[int]:
        scores = matrix @ vector
        best = np.argpartition(-scores, limit)[:limit]
        return [int(key) for key in best[np.argsort(-scores[best])]]

    return {"dense": search}


def lancedb_build(prepared: Prepared, folder: Path) -> None:
    """Its full-text index with stems, and its IVF_PQ where there are many papers."""
    arrow = import_module("pyarrow")
    vector = arrow.list_(arrow.float32(), prepared.dimension)
    schema = arrow.schema([("key", arrow.int64()), ("text", arrow.string()), ("vector", vector)])

    def batches() -> Iterator[Any]:
        documents, vectors = prepared.documents(), prepared.vectors()
        while batch := list(islice(documents, 10_000)):
            keys = [document.key for document in batch]
            numbers = arrow.array(np.ravel(vectors[keys[0] : keys[-1] + 1]))
            rows = arrow.FixedSizeListArray.from_arrays(numbers, prepared.dimension)
            yield arrow.record_batch([keys, [_text(document) for document in batch], rows], schema=schema)

    table = import_module("lancedb").connect(str(folder)).create_table("papers", batches(), schema=schema)
    table.create_fts_index("text")
    if prepared.size > LANCEDB_INDEXED:
        table.create_index()


def lancedb_open(_prepared: Prepared, folder: Path) -> Ways:
    """Words and meaning, fused by their reciprocal ranks; and meaning alone."""
    table = import_module("lancedb").connect(str(folder)).open_table("papers")
    reranker = import_module("lancedb.rerankers").RRFReranker()

    def keys(found: Any, limit: int) -> Sequence[int]:
        return found.limit(limit).select(["key"]).to_arrow()["key"].to_pylist()  # type: ignore[no-any-return]

    def hybrid(text: str, vector: Vectors, limit: int) -> Sequence[int]:
        return keys(table.search(query_type="hybrid").vector(vector).text(text).rerank(reranker), limit)

    def dense(_text: str, vector: Vectors, limit: int) -> Sequence[int]:
        return keys(table.search(vector), limit)

    return {"hybrid": hybrid, "dense": dense}


class Engine(NamedTuple):
    """One way to find papers, and the module without which it is not there."""

    module: str
    build: Callable[[Prepared, Path], None]
    open: Callable[[Prepared, Path], Ways]


ENGINES = {
    OURS: Engine("broadsheet.index.sync", ours_build, ours_open),
    "tantivy": Engine("tantivy", tantivy_build, tantivy_open),
    "bm25s": Engine("bm25s", bm25s_build, bm25s_open),
    "fts5": Engine("sqlite3", fts5_build, fts5_open),
    "faiss": Engine("faiss", faiss_build, faiss_open),
    "usearch": Engine("usearch.index", usearch_build, usearch_open),
    "numpy": Engine("numpy", numpy_build, numpy_open),
    "lancedb": Engine("lancedb", lancedb_build, lancedb_open),
}


def _text(document: Document) -> str:
    return f"{document.title}. {document.abstract}"


def build(name: str, prepared: Prepared, folder: Path) -> dict[str, Any]:
    """Seconds to build, less those for reading the papers."""
    start = time.perf_counter()
    ENGINES[name].build(prepared, folder)
    return {"build_s": time.perf_counter() - start - prepared.reading_s}


def search(name: str, prepared: Prepared, folder: Path) -> dict[str, Any]:
    """Bytes on the disk and in memory, seconds to open, milliseconds of each way to search, recall of the nearest."""
    asked, questions = prepared.asked(), prepared.questions
    start = time.perf_counter()
    ways = ENGINES[name].open(prepared, folder)
    next(iter(ways.values()))(questions[-1], asked[-1], 20)
    figures: dict[str, Any] = {"open_s": time.perf_counter() - start, "p50": {}, "p95": {}}
    for way, find in ways.items():
        _times(find, prepared, asked, range(len(questions) - WARM, len(questions)))
        if "memory" not in figures:
            figures["memory"] = _memory()
        times = _times(find, prepared, asked, range(len(questions) - WARM))
        twentieths = quantiles(times, n=20, method="inclusive")
        figures["p50"][way], figures["p95"][way] = twentieths[9], twentieths[18]
        figures["asked"] = min(figures.get("asked", len(times)), len(times))
    figures["disk"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if "dense" in ways:
        figures["recall"] = _recall(ways["dense"], prepared, asked)
    return figures


def _times(find: Search, prepared: Prepared, asked: Vectors, places: range) -> list[float]:
    """Milliseconds for each question, as far as patience reaches, but two at least."""
    times = list[float]()
    for place in places:
        start = time.perf_counter()
        find(prepared.questions[place], asked[place], 20)
        times.append((time.perf_counter() - start) * 1000)
        if sum(times) > _PATIENCE_S * 1000 and len(times) > 1:
            break
    return times


def _memory() -> int:
    """Bytes of this process that are not the pages of some file."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


def _recall(find: Search, prepared: Prepared, asked: Vectors) -> float:
    """The share found of the ten nearest papers above the embedder's floor; papers equally near count alike."""
    vectors, found, wanted = prepared.vectors(), 0, 0
    for place, cosines in enumerate(prepared.nearest()):
        near = cosines[cosines >= prepared.floor]
        keys = np.array(find(prepared.questions[place], asked[place], 10), np.intp)
        right = vectors[keys] @ asked[place] >= near.min(initial=1) - 1e-5
        found += min(int(right.sum()), len(near))
        wanted += len(near)
    return found / max(wanted, 1)


def threads(_name: str, prepared: Prepared, folder: Path) -> dict[str, Any]:
    """Searches a second by one thread and by four, and how many cores they had."""
    find = ours_open(prepared, folder)["hybrid"]
    asked, number = prepared.asked(), len(prepared.questions) - WARM
    _times(find, prepared, asked, range(number, number + WARM))
    rates = []
    for workers in (1, 4):
        with ThreadPoolExecutor(workers) as pool:
            start = time.perf_counter()
            list(pool.map(find, prepared.questions[:number], asked, [20] * number))
            rates.append(number / (time.perf_counter() - start))
    return {"rate_1": rates[0], "rate_4": rates[1], "cores": len(os.sched_getaffinity(0))}


def visible(_name: str, prepared: Prepared, folder: Path) -> dict[str, Any]:
    """Seconds from the moment that papers are added to the library until a search finds the last of them."""
    from broadsheet.index import embed, sync

    embedder = embed.load(prepared.embedder)
    papers = list(prepared.documents(prepared.size, prepared.size + ADDED))
    papers[-1] = replace(papers[-1], title=f"{papers[-1].title} addedlast")
    find = ours_open(prepared, folder)["hybrid"]
    find("addedlast", np.zeros(0, np.float32), 20)
    start = time.perf_counter()
    sync.catch_up(folder, embedder, Library(prepared, papers))
    if papers[-1].key not in find("addedlast", np.zeros(0, np.float32), 20):
        sys.exit("the added papers are not found")
    return {"visible_s": time.perf_counter() - start}


STEPS: Mapping[str, Callable[[str, Prepared, Path], dict[str, Any]]] = {
    "build": build,
    "search": search,
    "threads": threads,
    "visible": visible,
}


def main() -> None:
    """Do one step, and print its figures."""
    step, name, prepared, folder = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    import_module(ENGINES[name].module)  # no part of what is measured
    if step == "build" and name != OURS:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)
    print(json.dumps(STEPS[step](name, Prepared(Path(prepared)), Path(folder))))


if __name__ == "__main__":
    main()
