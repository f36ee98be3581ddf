"""Promises of the door for a person's files: content decides, and every failure is a sentence with a place."""

import gzip
import io
import os
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import BadFileError
from broadsheet.sources import containers, files
from broadsheet.sources.files import expand, read
from broadsheet.types import Record

TODAY = date(2026, 9, 1)
LINE = b'{"id": "arXiv:2405.00001", "title": "A Lantern", "abstract": "We propose."}\n'
GOOD = {
    "jsonl": LINE * 2,
    "json": b"[" + LINE.strip() + b"]",
    "pretty": b'{\n  "title": "A Lantern"\n}\n',
    "hf": b'[{"paper": {"id": "2405.00001", "title": "A Lantern"}}]',
    "hf lines": b'{"paper": {"id": "2405.00001", "title": "A Lantern"}}\n' * 2,
    "bibtex": b"% refs\n@misc{a, title={A Lantern}}",
    "ris": b"TY  - JOUR\nTI  - A Lantern\nER  - \n",
    "page": b"new\n\nMar 17\n\nA Lantern\n\nWe propose a lantern.\n",
    "html": b'<!doctype html><html><meta name="citation_title" content="A Lantern"></html>',
}


def records(data: bytes, name: str = "-", **options: Any) -> list[Record]:
    return list(read(name, io.BytesIO(data), today=TODAY, **options))


def error(data: bytes, **options: Any) -> BadFileError:
    with pytest.raises(BadFileError) as caught:
        records(data, "given", **options)
    return caught.value


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


class Endless(io.RawIOBase):
    """Zeros for ever, counted."""

    given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        buffer[:] = bytes(len(buffer))
        self.given += len(buffer)
        return len(buffer)


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, zstandard.ZstdCompressor().compress, lambda data: zipped(("a/b", data))]
)
def test_container_and_format_are_recognised_by_content(data: bytes, pack: Any) -> None:
    assert {record.title for record in records(pack(data))} == {"A Lantern"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_text_with_a_byte_order_mark_is_decoded(data: bytes, encoding: str) -> None:
    assert {record.title for record in records(data.decode().encode(encoding))} == {"A Lantern"}


def test_another_encoding_needs_to_be_named() -> None:
    for data in (b'{"title": "Caf\xe9"}\n', b"@misc{a, title={Caf\xe9}}"):
        failed = error(data)
        assert "line 1" in failed.place
        assert "--encoding" in failed.remedy
        assert records(data, encoding="latin-1")[0].title == "Café"
    assert "there is no encoding 'klingon'" in str(error(LINE, encoding="klingon"))


def test_the_members_of_an_archive_are_read_in_order_and_named_in_errors() -> None:
    archive = zipped(("2024-05-27.json", GOOD["hf"]), ("__MACOSX/._x", b"\0"), (".hidden", b"\0"), ("b.jsonl", LINE))
    assert [record.featured for record in records(archive)] == [date(2024, 5, 27), None]
    failed = error(zipped(("a.jsonl", LINE), ("../../etc/b.jsonl", b'{"title": 5}')))
    assert (failed.file, failed.place) == ("given › etc/b.jsonl", "line 1")


@pytest.mark.parametrize(
    "data", [Endless(), io.BytesIO(gzip.compress(bytes(10**7))), io.BytesIO(zstandard.compress(bytes(10**8)))]
)
def test_zeros_are_refused_without_reading_them_all(data: Any) -> None:
    with pytest.raises(BadFileError, match="this is not text"):
        list(read("-", data, today=TODAY))
    assert not isinstance(data, Endless) or data.given < 10**7


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress, lambda data: zipped(("a", data))])
def test_a_bomb_is_refused(pack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "BOMB_FROM", 1 << 20)
    with pytest.raises(BadFileError, match="times its size"):
        records(pack(LINE + b" " * 4_000_000 + b"\n" + LINE))


def test_limits_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LINE", 1000)
    monkeypatch.setattr(files, "WHOLE", 1000)
    assert "the line is longer" in error(LINE + b'{"title": "' + b"a" * 2000 + b'"}').reason
    assert "it is larger than" in error(GOOD["bibtex"] + b" " * 2000).reason
    monkeypatch.setattr(containers, "EXPANDED", 1000)
    assert "it holds more than" in error(LINE * 100).reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no papers found"),
        (b" \n\n", "no papers found"),
        (b"[]", "no papers found"),
        (zipped(), "no papers found"),
        (b"<html><body>Nothing</body></html>", "no papers found"),
        (b"# A README\n\nIt says something.\n", "no kind of file"),
        (b"%PDF-1.7", "a PDF file"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "defines entities"),
        (b"<?xml version='1.0'?><feed/>", "XML of a kind"),
        (b"[" * 100_000, "not whole JSON"),
        (b'{"title": "A", "extras": ' + b'{"a":' * 2000 + b"1" + b"}" * 2001, "not JSON"),
        (LINE + LINE[:20], "in the middle of a record"),
        (GOOD["hf"][:-5], "not whole JSON"),
        (gzip.compress(LINE, mtime=0)[:-6], "ends too early"),  # mtime: each process names its tests by it
        (zstandard.compress(LINE * 9)[:-6], "ends too early"),
        (zipped(("a", LINE * 50))[:-30], "list of contents"),
        (zipped(("a.zip", zipped(("b", LINE)))), "an archive inside an archive"),
        (gzip.compress(gzip.compress(LINE)), "an archive inside an archive"),
        (LINE + b'{"title": ""}\n', "title is empty"),
    ],
)
def test_what_is_no_file_of_papers_is_refused_in_words(data: bytes, reason: str) -> None:
    failed = error(data)
    assert reason in failed.reason
    assert failed.remedy
    assert "given" in failed.file


def test_an_encrypted_archive_is_refused_in_words() -> None:
    data = bytearray(zipped(("a.jsonl", LINE)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in error(bytes(data)).reason


def test_damage_names_the_last_good_record() -> None:
    lines = b"".join(LINE.replace(b"propose", os.urandom(40).hex().encode()) for _ in range(20_000))
    with pytest.raises(BadFileError, match=r"after record \d+, byte \d+"):
        records(zstandard.compress(lines)[:-1000])


def test_records_come_before_the_file_is_read_to_its_end() -> None:
    assert next(read("-", io.BytesIO(LINE + b"x" * 10**6), today=TODAY)).title == "A Lantern"


def test_names_become_files_in_order_and_once(tmp_path: Path) -> None:
    for name in ("b.bib", "a.bib", ".hidden", "sub/c.ris", ".git/d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    folder = str(tmp_path)
    assert expand([folder, f"{folder}/*.bib", "-"]) == [
        f"{folder}/a.bib",
        f"{folder}/b.bib",
        f"{folder}/sub/c.ris",
        "-",
    ]
    with pytest.raises(BadFileError, match=r"nothing\*: matches no file"):
        expand([f"{folder}/nothing*"])


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    for name in (str(tmp_path), str(tmp_path / "absent"), "a\0b"):
        with pytest.raises(BadFileError, match="cannot be read"):
            list(read(name, today=TODAY))


STARTS = st.sampled_from(
    [b"", *GOOD.values(), b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"\xff\xfe", b"<html>", b'{"title":', b"["]
)


@given(
    STARTS, st.integers(0, 200), st.binary(max_size=60), st.sampled_from([None, "latin-1", "utf-16", "gbk", "utf-7"])
)
def test_any_bytes_give_records_or_a_bad_file_error(start: bytes, cut: int, rest: bytes, encoding: str | None) -> None:
    for pack in (bytes, gzip.compress, zstandard.compress, lambda data: zipped(("a", data))):
        try:
            found = records(pack(start[:cut] + rest), encoding=encoding)
        except BadFileError as failed:
            assert failed.reason  # noqa: PT017 - either outcome is right
        else:
            assert all(record.title for record in found)


@given(st.sampled_from([gzip.compress(LINE * 9), zstandard.compress(LINE * 9), zipped(("a", LINE * 9))]), st.data())
def test_a_damaged_container_gives_records_or_a_bad_file_error(data: bytes, draw: st.DataObject) -> None:
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 4))):
        damaged[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        assert records(bytes(damaged))
    except BadFileError as failed:
        assert failed.reason  # noqa: PT017 - either outcome is right
