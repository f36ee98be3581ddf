"""The index's folder on the disk: its generations, which of them is current, who writes, how far a build is.

INDEX/current            the name of the generation to read
INDEX/<generation>/      lexical/, dense/ and state.json, which is written last and says what is committed
INDEX/building.json      how far the next generation is
INDEX/lock               held by the one process that writes
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import tantivy

from broadsheet.errors import IndexBusyError
from broadsheet.index import dense

LAYOUT = 4
"""Grows when the files of an index change their meaning; an index of another layout is rebuilt."""

_LARGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class State:
    """What a generation holds: the number of the last change applied, the embedder, the dense part's file sizes."""

    applied: int
    embedder: str
    dimension: int
    documents: int = 0
    sizes: Mapping[str, int] = field(default_factory=dict)
    layout: int = LAYOUT


def current(folder: Path) -> Path:
    """The generation to read; a folder that does not exist if there is none."""
    with suppress(OSError, UnicodeDecodeError):
        return _told(folder)
    return folder / "none"


def _told(folder: Path) -> Path:
    return _named(folder, _content(f"{folder}/current").decode("ascii").strip())


@lru_cache(maxsize=16)
def _named(folder: Path, name: str) -> Path:
    return folder / (name if name and name == Path(name).name else "none")


def state(generation: Path) -> State | None:
    """What this generation holds; None if there is none, it cannot be read, or it is of another layout."""
    with suppress(OSError, ValueError, TypeError):
        return _parsed(_content(f"{generation}/state.json"))
    return None


def version(folder: Path) -> Hashable:
    """What stays equal as long as nothing new is to be read, or told of a build; None without an index. It is cheap."""
    with suppress(OSError, UnicodeDecodeError):
        if named := _stamp(f"{folder}/current"):
            written = _stamp(f"{_generation(folder, named)}/state.json")
            return (named, written, _stamp(f"{folder}/building.json")) if written else None
    return None


def _stamp(path: str) -> tuple[int, int] | None:
    """What is another one as soon as this file is replaced by another; None if there is none."""
    with suppress(OSError):
        found = os.stat(path)  # noqa: PTH116 - asked for every request
        return found.st_ino, found.st_mtime_ns
    return None


@lru_cache(maxsize=16)
def _generation(folder: Path, _named: tuple[int, int]) -> Path:
    return _told(folder)  # what cannot be read is not remembered


@lru_cache(maxsize=16)
def _parsed(content: bytes) -> State | None:
    found = State(**json.loads(content))
    return found if found.layout == LAYOUT else None


def _content(path: str) -> bytes:
    """What stands in a small file. Every search asks, and a file object costs more than what is read."""
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, _LARGEST)
    finally:
        os.close(file)


def keep(generation: Path, new: State) -> None:
    """Write down what this generation now holds, whole or not at all."""
    _replace(generation / "state.json", json.dumps(asdict(new)))


def begin(folder: Path) -> Path:
    """An empty folder for the next generation. Left-overs of earlier builds are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    generation = folder / secrets.token_hex(6)
    generation.mkdir()
    return generation


def publish(folder: Path, generation: Path) -> None:
    """Make this generation the current one, and remove all others."""
    _replace(folder / "current", generation.name)
    sweep(folder)


def sweep(folder: Path) -> None:
    """Remove every generation that is not current. Who has one open goes on reading it."""
    kept = current(folder)
    for path in folder.iterdir():
        if path.is_dir() and path != kept:
            shutil.rmtree(path, ignore_errors=True)


def clear(folder: Path) -> None:
    """Remove what a killed build left. For whoever has the right to write, where the current generation is sound."""
    sweep(folder)
    built(folder)


def tidy(folder: Path) -> None:
    """The same for whoever has nothing to write. If another process writes, what lies there is its own."""
    with suppress(OSError, IndexBusyError):
        kept = {"current", "lock", current(folder).name}
        if {path.name for path in folder.iterdir()} - kept:
            with locked(folder):
                if state(current(folder)):
                    clear(folder)


def damage(generation: Path, held: State) -> str:
    """What is wrong with this generation's files, in words; empty if nothing is. Reads no more than their sizes."""
    try:
        tantivy.Index.open(str(generation / "lexical"))
        there = {path.name for path in (generation / "lexical").iterdir()}
        with (generation / "lexical" / "meta.json").open("rb") as file:
            segments = json.load(file)["segments"]
        if missing := {name for segment in segments for name in _segment_files(segment)} - there:
            return f"of the lexical part, {min(missing)} is missing"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"the lexical part cannot be opened ({error})"
    return dense.damage(generation / "dense", held.sizes)


def _segment_files(segment: Mapping[str, Any]) -> Iterator[str]:
    """The files of one of Tantivy's segments, as its meta.json describes it."""
    name = str(segment["segment_id"]).replace("-", "")
    yield from (f"{name}.{part}" for part in ("idx", "pos", "term", "store", "fast", "fieldnorm"))
    if segment.get("deletes"):
        yield f"{name}.{segment['deletes']['opstamp']}.del"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The right to write, for as long as the block runs. IndexBusyError if another process has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IndexBusyError(str(folder)) from None
        yield


def report_building(folder: Path, done: int, total: int) -> None:
    """Tell whoever asks how far the build is."""
    draft = folder / "building.json.draft"
    draft.write_text(json.dumps([done, total]), encoding="ascii")
    draft.replace(folder / "building.json")


def built(folder: Path) -> None:
    """Nothing is being built any more."""
    (folder / "building.json").unlink(missing_ok=True)


def building(folder: Path) -> tuple[int, int] | None:
    """How far the build is, in papers done and in all; None if no process is building."""
    with suppress(OSError, ValueError, TypeError):
        done, total = json.loads(_content(f"{folder}/building.json"))
        with suppress(IndexBusyError), locked(folder):
            return None  # nobody builds: this is the rest of a crash
        return int(done), int(total)
    return None


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".draft")
    with draft.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
