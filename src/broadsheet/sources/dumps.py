"""Files and folders on the server's own disk, read in batches that can be interrupted: snapshots of gigabytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from broadsheet.errors import BadFileError, FetchError, SourceError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources import files
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Kind, Options
from broadsheet.types import Record

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Files:
    """These files, and those in these folders, each read again when its size or its time changes."""

    names: tuple[str, ...]

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG002
        """What stands in files that are new or have changed. A file is gone on with behind the last batch.

        A file that cannot be read to its end is told, and not tried again before it changes; what came before the
        place is kept. FetchError if a name means nothing at all, as when a disk is not mounted.
        """
        done: dict[str, list[int]] = {name: list(state) for name, state in checkpoint.get("done", {}).items()}
        try:
            found = files.expand(self.names)
        except BadFileError as error:
            raise FetchError(error.file, error.reason, remedy="Is the disk there?") from None
        for name in found:
            try:
                with Path(name).open("rb") as opened:
                    stat = os.fstat(opened.fileno())
            except OSError as error:
                yield Batch(checkpoint={"done": dict(done)}, unread=(f"{name}: {error.strerror}.",))
                continue
            state = [stat.st_size, stat.st_mtime_ns]
            if done.get(name) == state:
                continue
            same = checkpoint.get("file") == name and checkpoint.get("state") == state
            count = int(checkpoint.get("records", 0)) if same else 0
            skipped: list[str] = []
            stream = _behind(count, files.read(name, today=now.date(), skip=_teller(skipped)), skipped)
            while True:
                records, trouble = _some(stream)
                unread, skipped[:] = (*skipped[:100], *trouble), []
                count += len(records)
                if trouble or len(records) < AT_ONCE:
                    done[name] = state
                    yield Batch(checkpoint={"done": dict(done)}, records=records, unread=unread)
                    break
                where = {"done": dict(done), "file": name, "state": state, "records": count}
                yield Batch(checkpoint=where, records=records, unread=unread)


def _teller(told: list[str]) -> files.Skip:
    return lambda error: told.append(str(error))


def _behind(count: int, stream: Iterator[Record], told: list[str]) -> Iterator[Record]:
    """What follows so many records; what is told of those is forgotten, since it was told when they were stored."""
    for _ in islice(stream, count):
        pass
    told.clear()
    yield from stream


def _some(stream: Iterator[Record]) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """The next records, and why there are no more if the file says something that cannot be read."""
    records: list[Record] = []
    try:
        for record in islice(stream, AT_ONCE):
            records.append(record)  # noqa: PERF402 - what came before an error is wanted
    except BadFileError as error:
        return tuple(records), (str(error),)
    return tuple(records), ()


def make(options: Options) -> Files:
    """The files that these options name; SourceError if there are none, or a name is not absolute."""
    if not options.words:
        raise SourceError("Say which files or folders, by their whole paths.")
    if wrong := [word for word in options.words if not Path(word).is_absolute()]:
        raise SourceError(f"{wrong[0]!r} is not a whole path, and the service has a folder of its own: begin with /.")
    return Files(options.words)


KIND = Kind(
    name="file",
    about="Files or folders on this disk, whatever `import` reads, in batches: snapshots of arXiv and OpenAlex.",
    words="paths",
    example="file /srv/arxiv-metadata-oai-snapshot.json",
    every=timedelta(hours=1),
    make=make,
)
