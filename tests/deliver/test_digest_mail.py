"""Promises of the mail itself: it reads well everywhere, says why, hides nothing, and nothing in it gets out of hand."""

import binascii
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from builders import a_record
from hypothesis import given, settings
from hypothesis import strategies as st
from subscribers import MORNING, confirmed, mail, sent

from broadsheet import wiring
from broadsheet.core import composing, subscribing
from broadsheet.core.proofs import Purpose, proved
from broadsheet.deliver import editions as shown
from broadsheet.deliver.mail import rendering
from broadsheet.digests import Edition, FrozenPaper, Kind, Letter, Subscriber, Times, Want
from broadsheet.library import subscriptions
from broadsheet.rank.trending import Formula

NASTY = '<script>alert("1")</script> & "quotes" \r\nBcc: all@example.org'
WHO = Subscriber(number=7, address="ada@example.org", secret="s", zone="Europe/Berlin")


class Reader(HTMLParser):
    """What a mail program would fetch, run or follow, and the style of each element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.bare: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        if "href" in told:
            self.links.append(told["href"] or "")
        if told.get("class") and not told.get("style"):
            self.bare.append(tag)


def an_edition(number_of_papers: int = 2, **fields: Any) -> Edition:
    told = {
        "paper_id": "arxiv:2603.00001", "aliases": [], "title": "A stone", "authors": ["Ada Lovelace", "Bo Peep"],
        "text": "It is heavy. It rolls.", "note": False, "links": [["https://github.com/a/b", "code"]],
        "categories": ["cs.LG"], "day": "2026-03-17", "upvotes": 7, "votes": 2,
    }  # fmt: skip
    frozen = {n: FrozenPaper(f"{n} {sorted(fields.items())}", told | fields) for n in range(1, number_of_papers + 1)}
    papers = [{"frozen": n, "why": "has stone", "again": "Monday, 16 March" if n == 2 else ""} for n in frozen]
    section = {
        "kind": "search",
        "value": "stone",
        "label": "stone",
        "subscription": 1,
        "total": len(papers) + 3,
        "papers": papers,
    }
    return Edition(
        number=12, subscriber=7, kind=Letter.DIGEST, period="2026-03-17T06:00+00:00", subject="2 new for “stone”",
        subscriptions=(), content={"sections": [section]}, composed_at=MORNING, frozen=frozen,
    )  # fmt: skip


@pytest.mark.django_db
class TestDigest:
    def test_each_paper_has_title_authors_sentences_links_votes_and_the_reason_in_both_parts(self) -> None:
        said = rendering.show(an_edition(), WHO)
        for part in (said.html, said.text):
            for words in (
                "A stone",
                "Ada Lovelace, Bo Peep",
                "It is heavy. It rolls.",
                "has stone",
                "▲ 9",
                "2026-03-17",
            ):
                assert words in part
            for link in ("/papers/arxiv:2603.00001", "https://arxiv.org/pdf/2603.00001", "https://github.com/a/b"):
                assert link in part
            assert "again, it was in your mail of Monday, 16 March: has stone" in re.sub(r"\s+", " ", part)
            assert "3 more on the web" in part
        assert said.subject == "2 new for “stone”"

    def test_every_mail_shows_the_ways_out_and_they_are_good(self) -> None:
        who = subscriptions.put_subscriber("a@example.org", door="mail", zone="UTC", secret="x", now=MORNING)
        said = rendering.show(an_edition(), who)
        for purpose, path in (
            (Purpose.MANAGE, "subscriptions"),
            (Purpose.STOP, "unsubscribe"),
            (Purpose.READ, "digests"),
        ):
            (proof, *_) = re.findall(rf"/{path}/([^/\s\"]+)", said.text)
            assert proof in said.html
            assert proved(proof, purpose)[0] == who

    def test_it_fetches_nothing_runs_nothing_and_follows_nobody(self) -> None:
        read = Reader(rendering.show(an_edition(title=NASTY, text=NASTY, authors=[NASTY]), WHO).html)
        assert not {"img", "script", "link", "iframe", "form", "object", "video", "base"} & set(read.tags)
        assert all(link.startswith(("https://", "http://127.0.0.1:8000/")) for link in read.links)
        assert not [link for link in read.links if "?" in link and "/search?" not in link]

    def test_styles_are_in_the_elements_and_the_dark_ones_beside(self) -> None:
        html = rendering.show(an_edition(), WHO).html
        assert Reader(html).bare == []
        assert re.search(r"<style[^>]*>\s*@media \(prefers-color-scheme: dark\)", html)
        assert '<meta name="color-scheme" content="light dark">' in html
        assert "url(" not in html

    def test_no_text_of_others_becomes_markup_or_a_header(self) -> None:
        edition = an_edition(
            title=NASTY, text=NASTY, authors=[NASTY], categories=[NASTY], links=[["javascript:alert(1)", "code"]]
        )
        said = rendering.show(edition, WHO)
        assert "<script" not in said.html
        assert "javascript:" not in said.html + said.text
        assert "\nBcc" not in said.text
        assert "\r" not in said.text

    @pytest.mark.parametrize("number", [0, 1, 60, 400])
    def test_it_is_never_so_large_that_it_is_cut_and_says_what_is_left_out(self, number: int) -> None:
        said = rendering.show(an_edition(number, text="Über Ähnlichkeit — “größer”. " * 14, title="Ä" * 120), WHO)
        assert len(binascii.b2a_qp(said.html.encode())) <= rendering.MOST_BYTES
        papers = said.html.count("<h3")
        assert f"{number - papers + 3} more on the web" in said.html
        assert said.text.count("\n* ") == papers
        assert papers >= min(number, 15)
        assert said.html.rstrip().endswith("</html>")

    def test_text_lines_are_short_but_for_addresses(self) -> None:
        text = rendering.show(an_edition(text="words " * 200), WHO).text
        assert all(len(line) <= rendering.WIDTH or "http" in line for line in text.splitlines())

    @given(st.text(max_size=200), st.lists(st.text(max_size=40), max_size=3))
    @settings(max_examples=60, deadline=None)
    def test_whatever_a_paper_says_the_mail_is_whole(self, words: str, names: list[str]) -> None:
        fields = {"title": words, "text": words, "authors": names}
        frozen = {1: FrozenPaper(repr(fields), dict(an_edition().frozen[1].content) | fields)}
        section = {"kind": "trending", "value": "", "label": words, "subscription": 1, "total": 1,
                   "papers": [{"frozen": 1, "why": words, "again": ""}]}  # fmt: skip
        letter = rendering._letter(an_edition(), WHO) | {
            "sections": [shown.section(section, frozen)], "foot": [], "ahead": words,
        }  # fmt: skip
        said = rendering._fitting(letter)
        assert said.html.rstrip().endswith("</html>")
        assert Reader(said.html).tags.count("h3") == 1

    def test_what_has_ended_since_is_left_out(self, library: Any) -> None:
        who = confirmed(Want(Kind.CATEGORY, "cs.LG"), Want(Kind.AUTHOR, "Ada Lovelace"))
        library(
            a_record("A stone", announced=date(2026, 3, 17), categories=("cs.LG",)),
            a_record("An engine", announced=date(2026, 3, 17), authors=("Ada Lovelace",)),
        )
        composing.compose(wiring.index(), Formula(), now=MORNING)
        assert {"A stone", "An engine"} <= set(re.findall(r"^\* (.*)$", mail(sent()[-1]).text, re.MULTILINE))
        subscribing.end(who, [subscribing.running(who)[0].number], now=MORNING)
        assert re.findall(r"^\* (.*)$", mail(sent()[-1]).text, re.MULTILINE) == ["An engine"]


@pytest.mark.django_db
class TestAsking:
    def test_it_says_what_was_asked_for_whose_address_and_what_happens_else(self) -> None:
        subscribing.subscribe("ada@example.org", [Want(Kind.SEARCH, NASTY)], Times(), "UTC", now=MORNING)
        said = mail(sent()[0])
        assert said.subject == "Confirm your subscription"
        for part in (said.html, said.text):
            assert "ada@example.org" in part
            assert "each working day" in part
            assert "/subscriptions/confirm/" in part
            assert "do nothing" in part
        assert "<script" not in said.html

    def test_whoever_has_it_already_is_told_so_and_shown_the_page(self) -> None:
        who = confirmed(Want(Kind.TRENDING))
        subscribing.subscribe(who.address, [Want(Kind.TRENDING)], Times(), "UTC", now=MORNING)
        said = mail(sent()[-1])
        assert said.subject == "You are subscribed already"
        assert "Nothing has changed" in said.text
        assert "/subscriptions/confirm/" not in said.text
        assert "/subscriptions/" in said.text
