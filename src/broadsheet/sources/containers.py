"""Files inside files: gzip, Zstandard and zip opened by their first bytes, guarded against what would never end.

Bytes come out; what they mean is told elsewhere. Everything wrong with a container is a DamageError, which
`broadsheet.sources.files` turns into words with a file and a record.
"""

from __future__ import annotations

import io
import re
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    import zipfile

EXPANDED = 8 << 30
"""The most bytes that a file may hold once expanded, all its members together."""

BOMB_RATIO, BOMB_FROM = 200, 50 << 20
"""An archive that expands more than so many times, beyond so many bytes, was made to do harm."""

SPOOLED = 2 << 30
MEMBERS = 100_000
_STEP = 2048
"""Bytes of Zstandard decoded at once: even of zeros they hold no more than 64 MiB."""

_BUFFER = 1 << 18
_BESIDE_THE_POINT = re.compile(r"(?:^|/)(?:\.|__MACOSX/|Thumbs\.db$)")
_MAGIC = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zst"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"))
_OTHERS = (
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"%PDF", "PDF"),
)


class DamageError(Exception):
    """A container cannot be read on from `byte` of its content (None: it was never begun)."""

    def __init__(self, reason: str, remedy: str = "", byte: int | None = None) -> None:
        self.reason, self.remedy, self.byte = reason, remedy, byte
        super().__init__(reason)


class Member(NamedTuple):
    """One file's content: `name` is empty unless it stands inside an archive."""

    name: str
    stream: io.BufferedReader


def members(stream: IO[bytes]) -> Iterator[Member]:
    """The files that a stream holds: itself, expanded, or every file of a zip. Read each before the next."""
    outer = stream if isinstance(stream, io.BufferedReader) else _buffered(_Raw(stream.read))
    kind = container(outer.peek(8))
    if kind == "zip":
        yield from _zipped(outer)
        return
    budget = Budget()
    if kind == "gzip":
        packed = _Counted(outer)
        raw = _Guarded(_gunzip(packed), budget, lambda: packed.taken)
    elif kind == "zst":
        packed = _Counted(outer)
        raw = _Guarded(_unzstd(packed), budget, lambda: packed.taken)
    else:
        raw = _Guarded(outer.read, budget, None)
    content = _buffered(raw)
    if kind:
        _refuse_nested(content)
    yield Member("", content)


def container(head: bytes) -> str | None:
    """The kind of container that starts with these bytes."""
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def foreign(head: bytes) -> str | None:
    """The kind of a well-known file that we do not read, by its first bytes."""
    return next((kind for magic, kind in _OTHERS if head.startswith(magic)), None)


class Budget:
    """How many bytes came out so far, of all members together."""

    def __init__(self) -> None:
        self.out = 0

    def spend(self, size: int, taken: int | None, byte: int) -> None:
        """Count bytes that came out of `taken` packed ones."""
        self.out += size
        if self.out > EXPANDED:
            raise DamageError(f"it holds more than {EXPANDED >> 30} GiB", "Split it into smaller files", byte)
        if taken is not None and self.out > BOMB_FROM and self.out > BOMB_RATIO * max(taken, 1):
            raise DamageError(
                f"it expands to more than {BOMB_RATIO} times its size, as archives made to do harm do",
                "Expand it yourself if you trust it",
                byte,
            )


class _Raw(io.RawIOBase):
    """A read function as a stream."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._read(len(view))
        view[: len(data)] = data
        return len(data)


class _Guarded(_Raw):
    """A decoder as a stream: its output counted against the budget, its complaints in our words."""

    def __init__(self, read: Callable[[int], bytes], budget: Budget, taken: Callable[[], int] | None) -> None:
        super().__init__(read)
        self._budget, self._taken, self._byte = budget, taken, 0

    def readinto(self, buffer: object) -> int:
        try:
            size = super().readinto(buffer)
        except DamageError as error:
            error.byte = self._byte
            raise
        except (EOFError, zlib.error, OSError, NotImplementedError, ValueError, RuntimeError) as error:
            raise DamageError(*_words(error), self._byte) from None
        self._byte += size
        self._budget.spend(size, self._taken() if self._taken else None, self._byte)
        return size


def _buffered(raw: io.RawIOBase) -> io.BufferedReader:
    return io.BufferedReader(raw, _BUFFER)


class _Counted:
    """Counts what is taken from a packed stream."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream, self.taken = stream, 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.taken += len(data)
        return data


def _words(error: Exception) -> tuple[str, str]:
    if isinstance(error, EOFError):
        return "the compressed data ends too early", "Fetch the file again, it seems cut off"
    if isinstance(error, NotImplementedError):
        return "it is compressed in a way that is not supported", "Expand it yourself, or pack it as zip, gz or zst"
    return f"the data is damaged ({error})", "Fetch the file again"


def _gunzip(packed: _Counted) -> Callable[[int], bytes]:
    import gzip

    return gzip.GzipFile(fileobj=packed, mode="rb").read  # type: ignore[call-overload, no-any-return]


def _unzstd(packed: _Counted) -> Callable[[int], bytes]:
    """Decodes frame after frame; unlike the library's own reader it notices when the last one is cut off."""
    import zstandard

    context = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    decoder = context.decompressobj()
    ready, fed = io.BytesIO(), False

    def read(size: int) -> bytes:
        nonlocal decoder, ready, fed
        while not (data := ready.read(size)):
            more = decoder.unused_data if decoder.eof else b""
            more = more or packed.read(_STEP)
            if not more:
                if fed and not decoder.eof:
                    raise EOFError
                return b""
            if decoder.eof:
                decoder = context.decompressobj()
            try:
                ready, fed = io.BytesIO(decoder.decompress(more)), True
            except zstandard.ZstdError as error:
                raise DamageError(f"the data is damaged ({error})", "Fetch the file again") from None
        return data

    return read


def _zipped(stream: io.BufferedReader) -> Iterator[Member]:
    import zipfile

    with ExitStack() as stack:
        seekable = stream if stream.seekable() else stack.enter_context(_spooled(stream))
        try:
            archive = stack.enter_context(zipfile.ZipFile(seekable))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            reason = "it is a zip archive whose list of contents is missing or damaged"
            raise DamageError(reason, "Fetch the file again") from None
        size, budget = seekable.seek(0, io.SEEK_END), Budget()
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MEMBERS:
            raise DamageError(f"the archive has more than {MEMBERS:,} files", "Split it")
        for entry in entries:
            name = safe_name(entry.filename)
            if not _BESIDE_THE_POINT.search(name):
                with _opened(archive, entry, name) as opened:
                    content = _buffered(_Guarded(_checked(opened.read), budget, lambda: size))
                    _refuse_nested(content, f"{name} in the archive: ")
                    yield Member(name, content)


def _opened(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> IO[bytes]:
    import zipfile

    if entry.flag_bits & 1:
        raise DamageError(f"{name} in the archive is encrypted", "Expand it with its password first")
    try:
        return archive.open(entry)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, RuntimeError) as error:
        raise DamageError(f"{name} cannot be taken out of the archive ({error})", "Fetch the file again") from None


def _checked(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Damage that only zipfile names, as damage that anything may have."""
    import zipfile

    def checked(size: int) -> bytes:
        try:
            return read(size)
        except zipfile.BadZipFile as error:
            raise DamageError(f"the data is damaged ({error})", "Fetch the file again") from None

    return checked


def _spooled(stream: io.BufferedReader) -> io.BufferedReader:
    """The stream in a temporary file: a zip's list of contents stands at its end."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    while chunk := stream.read(1 << 20):
        if spool.tell() + len(chunk) > SPOOLED:
            raise DamageError(f"a zip archive from a pipe may have {SPOOLED >> 30} GiB at most", "Save it as a file")
        spool.write(chunk)
    spool.seek(0)
    return cast("io.BufferedReader", spool)


def _refuse_nested(content: io.BufferedReader, where: str = "") -> None:
    try:
        nested = container(content.peek(8))
    except DamageError as error:
        error.reason = where + error.reason
        raise
    if nested:
        raise DamageError(f"{where}it is an archive inside an archive", "Expand the outer one first")


def safe_name(name: str) -> str:
    """An archive's name for a file, fit to show: no way out of its folder, no control characters, not endless."""
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..") and not part.endswith(":")]
    return "".join(sign if sign.isprintable() else "?" for sign in "/".join(parts))[-200:] or "?"
