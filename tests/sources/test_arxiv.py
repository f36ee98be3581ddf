"""Promises of arXiv's announcements: two listings a category, the one checked by the other, every id told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from archive import Archive, deposits, ids
from builders import shared_data
from hypothesis import given
from hypothesis import strategies as st
from origin import Asked, Origin, Reply

from broadsheet.errors import FetchError, SourceError, UnreadableError
from broadsheet.incoming import AnnounceKind, Batch
from broadsheet.sources import arxiv, arxiv_api, arxiv_days, arxiv_list, arxiv_records, arxiv_rss
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Options

DAY = date(2026, 3, 17)
MOMENTS = st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
API = ("fixtures", "arxiv_api_atom", "lukasschwab+arxiv.py", "tests", "fixtures")


def quick() -> Http:
    """A way to the tests' own server, without pauses."""
    return Http(private={"127.0.0.1"}, pause=lambda _seconds: None, patience=1e9)


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as made:
        yield made


def fetch(origin: Origin, *words: str, checkpoint: dict[str, Any] | None = None, now: datetime = NOW) -> list[Batch]:
    source = arxiv.make(Options(words=words or ("cs.LG",), values={"url": origin.url}))
    return list(source.fetch(quick(), checkpoint or {}, now=now))


def brought(batches: list[Batch]) -> set[str]:
    return {record.ids[0] for batch in batches for record in batch.records}


def troubles(batches: list[Batch]) -> dict[str, str]:
    return {said.listing: said.trouble for batch in batches for said in batch.announced}


class TestAnnouncements:
    def test_a_day_is_brought_whole_with_its_kinds_by_both_listings(self, origin: Origin) -> None:
        new, cross, old = deposits(3)
        cross = replace(cross, categories=("cs.CV", "cs.LG"))
        old = replace(old, version=3)
        Archive([new, cross, old]).at(origin)
        batches = fetch(origin)
        assert brought(batches) == ids([new, cross, old])
        said = {each.listing: dict(each.papers) for batch in batches for each in batch.announced}
        assert said["rss"] == said["page"]
        assert set(said["page"].values()) == set(AnnounceKind)
        assert troubles(batches) == {"rss": "", "page": ""}
        assert batches[-1].checkpoint == {"done": {"cs.LG": "2026-03-17"}}
        days = {record.ids[0]: record.announced for batch in batches for record in batch.records}
        assert days == {f"arxiv:{new.id}": DAY, f"arxiv:{cross.id}": DAY, f"arxiv:{old.id}": None}

    def test_a_stale_feed_is_found_out_and_the_day_is_brought_by_the_page(self, origin: Origin) -> None:
        yesterday = [replace(one, id=f"2602.{n:05}", announced=date(2026, 3, 16)) for n, one in enumerate(deposits(40))]
        today = deposits(30)
        Archive([*yesterday, *today], stale_feed=date(2026, 3, 16)).at(origin)
        batches = fetch(origin)
        assert ids(today) <= brought(batches)
        assert "0 of its 40 papers are on the page" in troubles(batches)["rss"]
        assert troubles(batches)["page"] == ""
        told = {each for batch in batches for said in batch.announced for each, _ in said.papers}
        assert told == ids(today)
        wrongly = [one for batch in batches for one in batch.records if one.ids[0] in ids(yesterday) and one.announced]
        assert wrongly == []

    def test_a_page_that_comes_short_is_told_and_asked_for_again(self, origin: Origin) -> None:
        archive = Archive(deposits(10), short_page=4)
        archive.at(origin)
        batches = fetch(origin)
        assert brought(batches) == ids(archive.papers)  # the feed has them all
        assert "shows 6 of the 10" in troubles(batches)["page"]
        assert batches[-1].checkpoint == {"done": {}}
        archive.short_page = 0
        batches = fetch(origin, checkpoint=dict(batches[-1].checkpoint))
        assert troubles(batches)["page"] == ""
        assert batches[-1].checkpoint == {"done": {"cs.LG": "2026-03-17"}}

    def test_a_category_that_is_up_to_date_is_not_asked_about_before_the_next_announcement(
        self, origin: Origin
    ) -> None:
        Archive(deposits(3)).at(origin)
        done = {"done": {"cs.LG": "2026-03-17"}}
        assert fetch(origin, checkpoint=done) == []
        assert origin.asked == []
        fetch(origin, checkpoint=done, now=datetime(2026, 3, 18, 1, tzinfo=UTC))
        assert origin.asked

    def test_days_that_were_missed_are_brought_from_the_page_of_recent_ones(self, origin: Origin) -> None:
        days = [date(2026, 3, 12), date(2026, 3, 13), date(2026, 3, 16), DAY]
        papers = [replace(paper, announced=days[number % 4]) for number, paper in enumerate(deposits(20))]
        Archive(papers).at(origin)
        batches = fetch(origin, checkpoint={"done": {"cs.LG": "2026-03-12"}})
        assert brought(batches) == ids(paper for paper in papers if paper.announced > date(2026, 3, 12))
        assert {said.day for batch in batches for said in batch.announced} == set(days[1:])

    def test_a_day_that_the_page_of_recent_ones_passes_over_is_told_as_a_day_without_papers(
        self, origin: Origin
    ) -> None:
        days = [date(2026, 3, 12), date(2026, 3, 16), DAY]
        Archive([replace(paper, announced=days[n % 3]) for n, paper in enumerate(deposits(9))]).at(origin)
        batches = fetch(origin, checkpoint={"done": {"cs.LG": "2026-03-12"}})
        told = {said.day: (said.papers, said.trouble) for batch in batches for said in batch.announced}
        assert told[date(2026, 3, 13)] == ((), "")
        assert batches[-1].checkpoint == {"done": {"cs.LG": "2026-03-17"}}

    def test_one_category_that_cannot_be_read_does_not_lose_the_others(self, origin: Origin) -> None:
        archive = Archive([replace(paper, categories=("cs.CV", "math.CO")) for paper in deposits(5)])
        archive.at(origin)
        origin.route("/rss/cs.CV", b"<html>maintenance")
        origin.route("/list/cs.CV/new", b"maintenance")
        source = arxiv.make(Options(words=("cs.CV", "math.CO"), values={"url": origin.url}))
        batches: list[Batch] = []
        with pytest.raises(FetchError):
            batches.extend(source.fetch(quick(), {}, now=NOW))
        assert brought(batches) == ids(archive.papers)
        assert batches[-1].checkpoint == {"done": {"math.CO": "2026-03-17"}}

    def test_if_only_one_listing_can_be_read_the_day_is_not_taken_for_checked(self, origin: Origin) -> None:
        archive = Archive(deposits(5))
        archive.at(origin)
        origin.route("/list/cs.LG/new", b"<html><p>moved</p></html>")
        batches = fetch(origin)
        assert brought(batches) == ids(archive.papers)
        assert "could not be read" in troubles(batches)["page"]
        assert batches[-1].checkpoint == {"done": {}}

    def test_a_holiday_brings_nothing_and_is_no_error(self, origin: Origin) -> None:
        archive = Archive(deposits(1))
        archive.at(origin)
        archive.papers = []
        batches = fetch(origin)
        assert brought(batches) == set()
        assert "no announcement yet" in troubles(batches)["page"]

    @pytest.mark.parametrize("words", [(), ("cs.LG", "nonsense"), ("cs lg",), ("CS.LG",)])
    def test_what_is_no_category_is_refused(self, words: tuple[str, ...]) -> None:
        with pytest.raises(SourceError):
            arxiv.make(Options(words=words))


class TestApi:
    @pytest.mark.parametrize("name", ["q_testing_s0_m100_cfe7536492ca", "id_astro-ph_0601001_s0_m100_3150dca9dc76"])
    def test_the_real_answers_are_read_whole(self, name: str) -> None:
        page = arxiv_api.parse(shared_data(*API, f"{name}.atom.xml").read_bytes(), "recorded")
        assert page.unread == ()
        assert len(page.records) == page.entries > 0
        for record in page.records:
            assert record.ids[0].startswith("arxiv:")
            assert record.title
            assert record.abstract
            assert record.authors
            assert record.published
            assert record.categories
            assert all(map(arxiv_records.is_category, record.categories))
            assert record.versions[-1].number == 1 or record.updated

    def test_nothing_found_is_no_error_and_an_error_is_told_in_arxiv_s_words(self) -> None:
        nothing = shared_data(*API, "id_0000.0000_s0_m100_8b51d9633a68.atom.xml").read_bytes()
        assert arxiv_api.parse(nothing, "recorded").records == ()
        wrong = shared_data(*API, "id_abc_s0_m100_b79c8dcf6bc3.atom.xml").read_bytes()
        with pytest.raises(UnreadableError, match="incorrect id format for abc"):
            arxiv_api.parse(wrong, "recorded")

    def test_papers_are_looked_up_a_hundred_at_once(self, origin: Origin) -> None:
        papers = deposits(250)
        Archive(papers).at(origin)
        desk = arxiv_api.ArxivPapers(f"{origin.url}/api/query")
        batches = list(desk.look_up(quick(), [*sorted(ids(papers)), "doi:10.1/x", "arxiv:9999.99999"]))
        assert brought(batches) == ids(papers)
        assert len(origin.asked) == 3

    def test_a_query_is_walked_oldest_first_so_that_every_page_s_checkpoint_is_good(self, origin: Origin) -> None:
        asked: list[tuple[str, str]] = []

        def answer(request: Asked) -> Reply:
            query, start = request.query["search_query"], int(request.query["start"])
            asked.append((query, request.query["start"]))
            papers = deposits(5) if "20260316" in query.partition("TO")[0] else []
            shown = papers[start : start + 2]
            body = Archive(shown).api(Asked("", {"id_list": ",".join(p.id for p in shown)}, {}))
            return Reply(body.replace(f"totalResults>{len(shown)}".encode(), f"totalResults>{len(papers)}".encode()))

        origin.route("/api/query", answer)
        source = arxiv_api.make(
            Options(words=("cs.LG",), values={"url": f"{origin.url}/api/query", "since": "2026-03-15"})
        )
        batches = list(source.fetch(quick(), {}, now=NOW))
        assert brought(batches) == ids(deposits(5))
        halfway = next(number for number, batch in enumerate(batches) if batch.checkpoint.get("start") == 4)
        rest = list(source.fetch(quick(), batches[halfway].checkpoint, now=NOW))
        assert brought(batches[: halfway + 1]) | brought(rest) == ids(deposits(5))
        assert batches[-1].checkpoint["since"] == (NOW - timedelta(days=7)).isoformat()


class TestListings:
    def test_the_feed_tells_kinds_days_and_authors(self) -> None:
        old, cross = replace(deposits(1)[0], version=2), replace(deposits(2)[1], categories=("cs.CV", "cs.LG"))
        feed = arxiv_rss.parse(Archive([old, cross]).feed("cs.LG"), "feed")
        assert feed.day == DAY
        assert [kind for _, kind in feed.papers] == [AnnounceKind.REPLACE, AnnounceKind.CROSS]
        first = feed.records[0]
        assert (first.updated, first.announced, first.authors) == (DAY, None, ("Ada Lovelace", "Bo Babbage"))
        assert first.abstract.startswith("We weigh stones by light & find them < heavy.")

    def test_a_feed_kept_by_another_project_is_read(self) -> None:
        (path,) = shared_data("fixtures", "arxiv_rss").rglob("*.xml")
        feed = arxiv_rss.parse(path.read_bytes(), "recorded")
        assert len(feed.records) == 1
        assert feed.records[0].ids[0].startswith("arxiv:")

    def test_an_empty_feed_has_no_papers_and_what_is_no_feed_is_told(self) -> None:
        assert arxiv_rss.parse(Archive([]).feed("cs.LG"), "feed").papers == ()
        with pytest.raises(UnreadableError):
            arxiv_rss.parse(b"<html></html>", "feed")

    def test_a_page_without_any_heading_is_not_taken_for_a_day_without_papers(self) -> None:
        with pytest.raises(UnreadableError, match="changed"):
            arxiv_list.parse(b"<html><body><p>Welcome to the new arXiv</p></body></html>", "page")


class TestRecords:
    @pytest.mark.parametrize(
        ("line", "names"),
        [
            ("A. Doe, B. Roe and C. Poe", ["A. Doe", "B. Roe", "C. Poe"]),
            ("A. Doe (MIT, USA), B. Roe, Jr., and C. Poe", ["A. Doe", "B. Roe Jr.", "C. Poe"]),
            ("The Lantern Collaboration: A. Doe, B. Roe", ["The Lantern Collaboration", "A. Doe", "B. Roe"]),
            ("Ada Lovelace", ["Ada Lovelace"]),
            ("", []),
        ],
    )
    def test_authors_in_a_line_are_told_apart(self, line: str, names: list[str]) -> None:
        assert arxiv_records.authors_in_line(line) == names

    @pytest.mark.parametrize(
        ("abstract", "comment", "withdrawn"),
        [
            ("This paper has been withdrawn by the author due to an error.", "", True),
            ("We weigh stones.", "This paper has been withdrawn", True),
            ("We weigh stones.", "Withdrawn due to a crucial error in lemma 2", True),
            ("We weigh stones.", "withdrawn by arXiv administrators", True),
            ("Blood was withdrawn from forty people, and weighed.", "12 pages", False),
            ("We study papers that were withdrawn by their authors.", "", False),
            ("The withdrawal of light makes stones heavy.", "", False),
        ],
    )
    def test_a_withdrawn_paper_is_told_from_one_about_withdrawing(
        self, abstract: str, comment: str, withdrawn: bool
    ) -> None:
        assert arxiv_records.is_withdrawn(abstract, comment) is withdrawn


class TestCalendar:
    @pytest.mark.parametrize(
        ("submitted", "day"),
        [
            ("2026-03-16 13:59", "2026-03-17"),  # Monday before the cut-off: out on Monday evening
            ("2026-03-16 14:00", "2026-03-18"),
            ("2026-03-19 13:59", "2026-03-20"),
            ("2026-03-19 14:00", "2026-03-23"),  # Thursday after it: out on Sunday evening
            ("2026-03-20 13:59", "2026-03-23"),
            ("2026-03-20 14:00", "2026-03-24"),  # Friday after it: out on Monday evening
            ("2026-03-22 12:00", "2026-03-24"),
        ],
    )
    def test_a_submission_is_announced_as_the_schedule_says(self, submitted: str, day: str) -> None:
        moment = datetime.fromisoformat(submitted).replace(tzinfo=arxiv_days.EASTERN)
        assert arxiv_days.announcement_day(moment) == date.fromisoformat(day)

    @given(MOMENTS, st.integers(0, 10**6))
    def test_later_submissions_are_never_announced_earlier_and_always_on_a_working_day(
        self, moment: datetime, seconds: int
    ) -> None:
        day = arxiv_days.announcement_day(moment)
        assert day.weekday() < 5
        assert arxiv_days.announced_at(day) > moment
        assert arxiv_days.announcement_day(moment + timedelta(seconds=seconds)) >= day

    @given(MOMENTS)
    def test_the_expected_announcement_is_out_and_no_later_one_is(self, now: datetime) -> None:
        day = arxiv_days.expected_day(now)
        assert arxiv_days.announced_at(day) <= now
        assert arxiv_days.between(day, now) == [day]

    def test_the_evening_is_the_same_in_winter_and_summer(self) -> None:
        assert arxiv_days.announced_at(date(2026, 1, 14)) == datetime(2026, 1, 14, 1, tzinfo=UTC)
        assert arxiv_days.announced_at(date(2026, 7, 15)) == datetime(2026, 7, 15, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("day", "due"),
        [
            ("2023-01-17", False),  # after Martin Luther King Day
            ("2023-06-20", False),  # after Juneteenth
            ("2023-07-05", False),
            ("2023-09-05", False),  # after Labor Day
            ("2023-11-24", False),  # after Thanksgiving
            ("2023-12-26", False),
            ("2026-06-22", False),  # Juneteenth was a Friday
            ("2026-11-26", True),
            ("2026-11-28", False),
        ],
    )
    def test_holidays_that_arxiv_kept_are_known(self, day: str, due: bool) -> None:
        assert arxiv_days.is_announcement_day(date.fromisoformat(day)) is due

    def test_the_real_announcements_of_june_2026_were_on_exactly_the_days_of_this_calendar(self) -> None:
        import json

        import zstandard

        with shared_data("arxiv-recent.jsonl.zst").open("rb") as stream:
            lines = zstandard.ZstdDecompressor().stream_reader(stream).read().splitlines()
        days = {date.fromisoformat(json.loads(line)["announced"]) for line in lines}
        assert arxiv_days.between(min(days), arxiv_days.announced_at(max(days))) == sorted(days)

    @given(MOMENTS, st.integers(0, 10**6))
    def test_the_clock_of_announcements_never_runs_backwards_and_never_faster_than_time(
        self, moment: datetime, seconds: int
    ) -> None:
        later = moment + timedelta(seconds=seconds)
        passed = arxiv_days.announcement_time(later) - arxiv_days.announcement_time(moment)
        assert 0 <= passed <= seconds / 86400 + 1.1  # an announcement an hour early, when the clocks change

    def test_the_clock_of_announcements_stands_still_over_a_weekend_and_counts_five_days_a_week(self) -> None:
        friday, sunday = (datetime(2026, 3, day, 12, tzinfo=UTC) for day in (21, 22))
        assert arxiv_days.announcement_time(friday) == arxiv_days.announcement_time(sunday)
        monday = datetime(2026, 3, 16, 12, tzinfo=UTC)
        week = arxiv_days.announcement_time(monday + timedelta(days=7)) - arxiv_days.announcement_time(monday)
        assert week == 5
