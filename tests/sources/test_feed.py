"""Promises of feeds: no false ids, no false authors, nothing read but what was given, and one that fails alone."""

from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest
from answering import Answering, an_answer
from builders import shared_data

from broadsheet.errors import AddressRefusedError, FetchError, SourceError, UnreadableError
from broadsheet.sources import feed
from broadsheet.sources.kinds import Options
from broadsheet.types import Record

NOW = datetime(2026, 3, 20, tzinfo=UTC)
HEAD = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><title>Stones</title>'
)


def a_feed(*items: str) -> bytes:
    return (HEAD + "".join(f"<item><title>Light</title>{item}</item>" for item in items) + "</channel></rss>").encode()


def one(item: str) -> Record:
    (record,), unread, nameless = feed.parse(an_answer(a_feed(item)), all_entries=True)
    assert (unread, nameless) == ([], 0)
    return record


@pytest.mark.parametrize(
    ("item", "ids"),
    [
        (
            "<link>https://publisher.example/doi/10.1000/x/full?af=R</link><prism:doi>10.1000/x</prism:doi>",
            ("doi:10.1000/x",),
        ),
        ("<link>https://publisher.example/doi/10.1000/x/full</link>", ()),
        ("<link>http://dx.doi.org/10.1000/x</link>", ("doi:10.1000/x",)),
        ("<dc:identifier>doi:10.1000/x</dc:identifier>", ("doi:10.1000/x",)),
        ("<link>https://openreview.net/forum?id=abcdEF12&amp;noteId=x</link>", ("openreview:abcdEF12",)),
        (
            "<description>&lt;a href='https://arxiv.org/abs/2603.00001v2'&gt;It&lt;/a&gt;.</description>",
            ("arxiv:2603.00001",),
        ),
        ("<description>As in arXiv:2603.00001 and arXiv:2603.00002.</description>", ()),
        ("<description>See https://publisher.example/doi/10.1000/x/pdf of it.</description>", ()),
    ],
)
def test_an_entry_has_the_ids_that_it_names_and_no_others(item: str, ids: tuple[str, ...]) -> None:
    assert one(item).ids == ids


@pytest.mark.parametrize(
    ("item", "authors"),
    [
        ("<dc:creator>Lovelace, Ada</dc:creator>", ("Ada Lovelace",)),
        (
            "<dc:creator>Lovelace, Ada</dc:creator><dc:creator>van der Bo, Jan</dc:creator>",
            ("Ada Lovelace", "Jan van der Bo"),
        ),
        ("<dc:creator>Ada Lovelace, Bo Roe, and Cy Doe</dc:creator>", ("Ada Lovelace", "Bo Roe", "Cy Doe")),
        ("<dc:creator>Ada Lovelace and Bo Roe</dc:creator>", ("Ada Lovelace", "Bo Roe")),
        ("<dc:creator>Lovelace, Ada; Roe, Bo</dc:creator>", ("Ada Lovelace", "Bo Roe")),
        ("", ()),
    ],
)
def test_authors_are_told_apart_and_named_given_name_first(item: str, authors: tuple[str, ...]) -> None:
    assert one(item).authors == authors


def test_paragraphs_stay_apart_and_words_do_not_fall_apart() -> None:
    markup = "<p>Authors: Ada</p><p>Upvotes: 5</p>We w<i>ei</i>gh<br/>stones &amp; light."
    assert (
        one(f"<description>{escape(markup)}</description>").abstract
        == "Authors: Ada Upvotes: 5 We weigh stones & light."
    )


def test_the_words_before_an_announced_abstract_are_not_part_of_it() -> None:
    item = "<description>arXiv:2603.00001v1 Announce Type: new \nAbstract: We weigh.</description>"
    assert one(item).abstract == "We weigh."


def test_the_only_day_of_an_entry_is_when_it_was_published() -> None:
    record = one("<dc:date>2026-03-17</dc:date>")
    assert (record.published, record.updated) == (date(2026, 3, 17), None)


def test_an_entry_of_atom_that_only_changed_is_not_published_that_day() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Stones</title><entry><title>Light</title>
    <id>https://arxiv.org/abs/2603.00001</id><updated>2026-03-17T23:30:00-05:00</updated></entry></feed>"""
    (record,), _, _ = feed.parse(an_answer(body))
    assert (record.published, record.updated) == (None, date(2026, 3, 18))


def test_an_answer_that_is_the_name_of_a_file_does_not_open_it(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(a_feed("<link>https://arxiv.org/abs/2603.00001</link>"))
    with pytest.raises(UnreadableError):
        feed.parse(an_answer(str(path).encode()))


def test_a_feed_that_is_cut_is_told_and_what_came_is_kept() -> None:
    whole = a_feed("<link>https://arxiv.org/abs/2603.00001</link>", "<link>https://arxiv.org/abs/2603.00002</link>")
    found, unread, _ = feed.parse(an_answer(whole[: whole.index(b"2603.00002")]))
    assert "arxiv:2603.00001" in {name for record in found for name in record.ids}
    assert "not whole" in unread[0]


def test_a_feed_that_fails_keeps_nothing_from_the_others_and_is_told_at_the_end() -> None:
    def speak(url: str, _asked: Any) -> Any:
        if "gone" in url:
            return 410
        return b"no feed" if "odd" in url else a_feed("<link>https://arxiv.org/abs/2603.00001</link>")

    urls = ("https://gone.example/", "https://odd.example/", "https://good.example/")
    fetching = feed.make(Options(words=urls)).fetch(Answering(speak), {}, now=NOW)
    batches = [next(fetching)]
    with pytest.raises(FetchError, match="410"):
        next(fetching)
    assert [list(batch.checkpoint["feeds"]) for batch in batches] == [["https://good.example/"]]
    assert len(batches[0].records) == 1


def test_a_long_feed_comes_in_batches_and_is_done_only_with_the_last() -> None:
    body = a_feed(*(f"<link>https://doi.org/10.1000/{number}</link>" for number in range(feed.AT_ONCE + 1)))
    batches = list(feed.make(Options(words=("https://e.example/",))).fetch(Answering(lambda _u, _a: body), {}, now=NOW))
    assert [len(batch.records) for batch in batches] == [feed.AT_ONCE, 1]
    assert [list(batch.checkpoint["feeds"]) for batch in batches] == [[], ["https://e.example/"]]


def test_the_recorded_feed_of_an_archive_is_read() -> None:
    path = shared_data("fixtures", "arxiv_rss", "quxnb+hepml-digest", "tests", "fixtures", "arxiv_rss.xml")
    found, unread, nameless = feed.parse(an_answer(path.read_bytes(), "https://rss.arxiv.org/rss/x"))
    assert (unread, nameless) == ([], 0)
    assert found
    assert all(record.ids and record.authors and "Announce Type" not in record.abstract for record in found)


def test_feeds_must_be_web_addresses() -> None:
    with pytest.raises(SourceError):
        feed.make(Options())
    with pytest.raises(AddressRefusedError):
        feed.make(Options(words=("file:///etc/passwd",)))
