"""The whole library as files: JSON lines, and Parquet where the extra is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from itertools import islice
from typing import IO, Any

import orjson

from broadsheet.deliver.shelves import record
from broadsheet.errors import MissingExtraError
from broadsheet.types import Paper

Exported = Iterable[tuple[int, int, Paper | None]]

AT_ONCE = 5000
"""Papers of a group of rows."""


def lines(exported: Exported) -> Iterator[bytes]:
    """A line of JSON for each paper, as docs/reference/jsonl.md has it, with `change` and `key`; gone ones say so."""
    for change, key, paper in exported:
        told = _told(paper) if paper else {"gone": True}
        yield orjson.dumps({"change": change, "key": key, **told}, option=orjson.OPT_APPEND_NEWLINE)


def check_parquet() -> None:
    """MissingExtraError if Parquet cannot be written here."""
    if find_spec("pyarrow") is None:
        raise MissingExtraError("parquet", "Writing Parquet")


def write_parquet(exported: Exported, file: IO[bytes]) -> int:
    """Write the papers that are there into a file; answers how many. MissingExtraError without pyarrow."""
    check_parquet()
    import pyarrow as pa
    from pyarrow import parquet

    text, several = pa.string(), pa.list_(pa.string())
    schema = pa.schema(
        [
            ("change", pa.int64()), ("key", pa.int64()), ("id", text), ("ids", several), ("title", text),
            ("authors", several), ("abstract", text), ("published", text), ("announced", text), ("featured", text),
            ("year", pa.int32()), ("categories", several), ("links", several), ("venue", text), ("comment", text),
            ("upvotes", pa.int32()), ("votes", pa.int32()), ("comments", pa.int32()),
        ]
    )  # fmt: skip
    rows = (_row(change, key, paper) for change, key, paper in exported if paper)
    number = 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(islice(rows, AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            number += len(batch)
    return number


def _told(paper: Paper) -> dict[str, Any]:
    """What is known of a paper, with the days that listed it, and what readers did."""
    days = {"announced": paper.announced, "featured": paper.featured}
    return {**record(paper), **{name: day.isoformat() for name, day in days.items() if day}, **_counts(paper)}


def _counts(paper: Paper) -> dict[str, int | None]:
    return {"upvotes": paper.upvotes, "votes": paper.votes, "comments": paper.comments}


def _row(change: int, key: int, paper: Paper) -> dict[str, Any]:
    links = [link.url for link in paper.links]
    return {"change": change, "key": key, **_told(paper), "links": links}
