"""Promises of the ACL Anthology: ids of every age, odd parts that stop nothing."""

from datetime import date

import pytest

from broadsheet.errors import UnreadableError
from broadsheet.sources import acl
from broadsheet.types import Link, LinkKind, Record


def one(paper: str = "", meta: str = "<year>2019</year>", collection: str = "2019.stone", volume: str = "1") -> Record:
    body = f"""<collection id="{collection}"><volume id="{volume}"><meta><booktitle>Stones</booktitle>{meta}</meta>
    <paper id="3"><title>Light</title>{paper}</paper></volume></collection>"""
    (record,), unread = acl.parse(body.encode(), "file")
    assert unread == []
    return record


@pytest.mark.parametrize(
    ("collection", "volume", "paper_id"),
    [
        ("D19", "1", "acl:D19-1003"),
        ("D19", "55", "acl:D19-5503"),
        ("W05", "12", "acl:W05-1203"),
        ("C69", "1", "acl:C69-0103"),
        ("J79", "1", "acl:J79-1003"),
        ("2020.lrec", "1", "acl:2020.lrec-1.3"),
    ],
)
def test_old_workshops_have_two_digits_for_the_volume(collection: str, volume: str, paper_id: str) -> None:
    assert one(collection=collection, volume=volume).ids == (paper_id,)


@pytest.mark.parametrize(
    ("meta", "published", "year"),
    [
        ("<month>June 16-21</month><year>2024</year>", date(2024, 6, 1), 2024),
        ("<month>3--5 November</month><year>2024</year>", None, 2024),
        ("<year>1987</year>", None, 1987),
        ("<month>May</month><year>soon</year>", None, None),
        ("<year>²</year>", None, None),
        ("", None, None),
    ],
)
def test_a_date_says_no_more_than_the_proceedings_do(meta: str, published: date | None, year: int | None) -> None:
    record = one(meta=meta)
    assert (record.published, record.year) == (published, year)


def test_code_is_linked_and_only_by_web_addresses() -> None:
    links = one(
        '<pwccode url="http://github.com/ada/engine." additional="false"/><pwccode url="ftp://x"/><pwccode/>'
    ).links
    assert links == (Link("http://github.com/ada/engine", LinkKind.CODE),)


def test_a_revision_without_a_number_is_left_out() -> None:
    assert [version.number for version in one('<revision id="²"/><revision id="2"/><revision/>').versions] == [2]


def test_a_volume_of_an_odd_name_stops_nothing() -> None:
    assert one(collection="D19", volume="x").title == "Light"


@pytest.mark.parametrize(
    "body",
    [
        b"<html/>",
        b"<collection id='2024.acl'><volume",
        b"not xml",
        b"",
        b"<!DOCTYPE collection [<!ENTITY a 'b'>]><collection id='2024.acl'>&a;</collection>",
    ],
)
def test_what_is_no_collection_is_not_taken_for_an_empty_one(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        acl.parse(body, "file")
