"""What a sending process did since the library last heard of it, in a file that survives the process.

Between a server's yes and our commit lie milliseconds, in which a process can be killed; between its yes and the line
in this file lie microseconds. The file is locked for as long as its process lives, so that anybody on the machine can
see at once that it is dead, and settle what it left. It is not synced: a process that dies loses nothing of it, a
machine that loses power may lose its last lines, which is what the library's own commits are for.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from broadsheet.errors import BroadsheetError
from broadsheet.sending import Outcome, Verdict

_ENDING = ".journal"


class JournalError(BroadsheetError):
    """The journal cannot be written, so nothing may be sent; the text says why."""


class Journal:
    """The journal of one process; `name` is the one by which it claims. Threads may share it.

    JournalError where it cannot be written.
    """

    def __init__(self, folder: Path, name: str) -> None:
        draft = folder / f".{name}"
        self._path = folder / f"{name}{_ENDING}"
        self._guard = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            draft.rename(self._path)  # nobody ever sees it unlocked
        except OSError as error:
            raise JournalError(f"{folder} cannot be written: {error.strerror}") from error

    def begin(self, name: str) -> None:
        """From now on the server may have this delivery."""
        self._write({"begun": name})

    def end(self, outcome: Outcome) -> None:
        """This came of it."""
        self._write(asdict(outcome))

    def forget(self) -> None:
        """Everything in it is committed: begin an empty page."""
        with self._guard:
            os.ftruncate(self._file, 0)

    def close(self, *, settled: bool) -> None:
        """Let it go: for good if all of it is committed, else for whoever settles what is left."""
        if settled:
            self._path.unlink(missing_ok=True)
        os.close(self._file)

    def _write(self, said: dict[str, object]) -> None:
        line = json.dumps(said, separators=(",", ":")).encode() + b"\n"
        with self._guard:
            try:
                whole = os.write(self._file, line) == len(line)
            except OSError as error:
                raise JournalError(f"{self._path} cannot be written: {error.strerror}") from error
            if not whole:
                raise JournalError(f"{self._path} cannot be written: the disk is full")


@dataclass(frozen=True, slots=True)
class Left:
    """What a dead process left: its outcomes, and what it had begun of which nobody knows the end."""

    process: str
    outcomes: tuple[Outcome, ...]
    in_doubt: frozenset[str]


def left(folder: Path) -> Iterator[Left]:
    """What each dead process left; its journal is gone once the caller asks for the next one, or for the end."""
    for path in sorted(folder.glob(f"*{_ENDING}")):
        with suppress(FileNotFoundError, BlockingIOError):
            file = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not path.exists():
                    continue  # somebody else has settled it meanwhile
                yield _read(path)
                path.unlink()
            finally:
                os.close(file)


def living(folder: Path) -> set[str]:
    """The names of the processes on this machine that live and have a journal."""
    names = set()
    for path in folder.glob(f"*{_ENDING}"):
        with suppress(FileNotFoundError):
            file = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                names.add(path.stem)
            finally:
                os.close(file)
    return names


def _read(path: Path) -> Left:
    begun: set[str] = set()
    ended: dict[str, Outcome] = {}
    for line in path.read_bytes().split(b"\n"):
        try:
            said = json.loads(line)
        except ValueError:
            continue  # the last line, cut by the end of the machine
        if "begun" in said:
            begun.add(said["begun"])
            ended.pop(said["begun"], None)
        else:
            outcome = Outcome(**{**said, "verdict": Verdict(said["verdict"])})
            ended[outcome.name] = outcome
            begun.discard(outcome.name)
    return Left(path.stem, tuple(ended.values()), frozenset(begun))
