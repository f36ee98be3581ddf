"""The shared data as benchmarks read them: JSON lines, and the days of the Hugging Face daily papers."""

import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import zstandard

from benchmarks import DATA


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a packed file of JSON lines, as they stand there."""
    with zstandard.open(path, "rt", encoding="utf-8") as file:
        yield from map(orjson.loads, file)


def daily_papers() -> Iterator[tuple[date, Any]]:
    """Every entry of every day, in order. Those of 22 days are no objects but Python's words for them."""
    with zipfile.ZipFile(DATA / "hf-daily.zip") as days:
        for name in sorted(days.namelist()):
            told = json.loads(days.read(name))
            for entry in told["data"] if isinstance(told, dict) else told:
                yield date.fromisoformat(Path(name).stem), entry
