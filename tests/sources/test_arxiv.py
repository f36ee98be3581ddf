"""Promises of arXiv's announcements: two listings a category, the one checked by the other, every id told."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from answering import Answering
from archive import Archive, Deposit, deposits, ids
from builders import shared_data
from hypothesis import given
from hypothesis import strategies as st
from origin import Asked, Origin, Reply

from broadsheet.errors import FetchError, SourceError, UnreadableError
from broadsheet.incoming import Announced, AnnounceKind, Batch
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


def said_by_page(batches: list[Batch]) -> list[Announced]:
    return [said for batch in batches for said in batch.announced if said.listing == "page"]


def troubles(batches: list[Batch]) -> dict[str, str]:
    return {said.listing: said.trouble for batch in batches for said in batch.announced}


@dataclass(frozen=True)
class Timed(Deposit):
    """A paper that was deposited at an hour of its day."""

    hour: int = 14

    @classmethod
    def of(cls, paper: Deposit) -> "Timed":
        return cls(**{each.name: getattr(paper, each.name) for each in fields(paper)})


@dataclass
class Desk:
    """arXiv's search as it is: it filters by the moment of deposit, and only sorts by that of the latest version."""

    papers: Sequence[Deposit]
    page: int

    def ask(self, origin: Origin, checkpoint: dict[str, Any] | None = None, **values: str) -> list[Batch]:
        origin.route("/api/query", self._answer)
        source = arxiv_api.make(Options(words=("cs.LG",), values={"url": f"{origin.url}/api/query", **values}))
        return list(source.fetch(quick(), checkpoint or {}, now=NOW))

    def _answer(self, asked: Asked) -> Reply:
        query, _, window = asked.query["search_query"].partition(" AND submittedDate:")
        assert query.strip("()") == "cat:cs.LG"
        first, last = window.strip("[]").split(" TO ") if window else ("0", "9")
        found = [paper for paper in self.papers if first <= self._moment(paper) <= last]
        found.sort(key=self._moment if asked.query["sortBy"] == "submittedDate" else lambda paper: paper.stamp)
        if asked.query["sortOrder"] == "descending":
            found.reverse()
        start = int(asked.query["start"])
        shown = found[start : start + self.page]
        listed = {paper.id: Archive([paper]).api(Asked("", {"id_list": paper.id}, {})).decode() for paper in shown}
        entries = "".join(body[body.index("<entry>") : body.index("</feed>")] for body in listed.values())
        feed = Archive([]).api(Asked("", {}, {})).decode().replace("totalResults>0", f"totalResults>{len(found)}")
        return Reply(feed.replace("</feed>", f"{entries}</feed>").encode())

    @staticmethod
    def _moment(paper: Deposit) -> str:
        return f"{paper.day:%Y%m%d}{getattr(paper, 'hour', 14):02}00"


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

    def test_until_midnight_the_page_is_read_at_once_and_the_feed_of_the_day_before_is_no_fault(
        self, origin: Origin
    ) -> None:
        archive = Archive(deposits(5))
        archive.at(origin)
        before = Archive([replace(paper, id=f"2602.{n:05}") for n, paper in enumerate(deposits(40))])
        before.papers = [replace(paper, announced=date(2026, 3, 16)) for paper in before.papers]
        before.today = date(2026, 3, 16)
        origin.route("/rss/cs.LG", before.feed("cs.LG"))
        evening = datetime(2026, 3, 17, 0, 20, tzinfo=UTC)  # twenty minutes past eight, US Eastern
        batches = fetch(origin, now=evening)
        assert brought(batches) == ids(archive.papers)
        assert troubles(batches) == {"page": ""}
        checkpoint = dict(batches[-1].checkpoint)
        assert checkpoint == {"done": {}, "page": {"cs.LG": "2026-03-17"}}
        asked = len(origin.asked)
        assert fetch(origin, checkpoint=checkpoint, now=evening + timedelta(hours=3)) == []
        assert len(origin.asked) == asked
        origin.route("/rss/cs.LG", archive.feed("cs.LG"))
        batches = fetch(origin, checkpoint=checkpoint, now=evening + timedelta(hours=4))
        assert troubles(batches) == {"page": "", "rss": ""}
        assert batches[-1].checkpoint == {"done": {"cs.LG": "2026-03-17"}}

    def test_a_listing_of_several_pages_is_read_to_its_end(
        self, origin: Origin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(arxiv_list, "SHOW", 4)
        archive = Archive(deposits(10))
        archive.at(origin)
        origin.route("/rss/cs.LG", Archive([]).feed("cs.LG"))

        def page(asked: Asked) -> Reply:
            start = int(asked.query["skip"])
            body = Archive(archive.papers[start : start + 4]).new("cs.LG").decode()
            told = f"(continued, showing last {len(archive.papers[start : start + 4])} of 10 entries)"
            head, _, rest = body.partition("(showing")
            paging = "<div class='paging'>Total of 10 entries : <span>1-4</span></div>"
            return Reply(f"{head}{told}{rest.partition(')')[2]}".replace("</body>", f"{paging}</body>").encode())

        origin.route("/list/cs.LG/new", page)
        batches = fetch(origin)
        assert brought(batches) == ids(archive.papers)
        assert troubles(batches)["page"] == ""
        assert batches[-1].checkpoint == {"done": {"cs.LG": "2026-03-17"}}

    def test_the_recent_days_on_several_pages_are_each_told_whole(
        self, origin: Origin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(arxiv_list, "SHOW", 4)
        days = [DAY, date(2026, 3, 16), date(2026, 3, 13)]
        papers = [replace(paper, announced=days[n // 3]) for n, paper in enumerate(deposits(9))]
        Archive(papers).at(origin)

        def page(asked: Asked) -> Reply:
            start = int(asked.query["skip"])
            body = Archive(papers[start : start + 4]).recent("cs.LG").decode()
            body = re.sub(r"showing (\d+) of \d+ entries", r"continued, showing \1 of 3 entries", body)
            return Reply(body.replace("</body>", "<div class='paging'>Total of 9 entries</div></body>").encode())

        origin.route("/list/cs.LG/recent", page)
        batches = fetch(origin, checkpoint={"done": {"cs.LG": "2026-03-12"}})
        assert brought(batches) == ids(papers)
        told = {each.day: (each.told, each.trouble) for each in said_by_page(batches)}
        assert told == dict.fromkeys(days, (3, ""))

    def test_a_page_that_promises_papers_and_shows_none_is_told_and_asked_for_again(self, origin: Origin) -> None:
        Archive(deposits(5)).at(origin)
        page = (
            "<html><body><h3>Showing new listings for Tuesday, 17 March 2026</h3>"
            "<div class='paging'>Total of 5 entries</div><p>No updates today.</p></body></html>"
        )
        origin.route("/list/cs.LG/new", page.encode())
        batches = fetch(origin)
        assert "shows 0 of the 5" in troubles(batches)["page"]
        assert batches[-1].checkpoint == {"done": {}}

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

    def test_papers_are_asked_for_by_the_words_of_a_title_in_a_row(self) -> None:
        desk = Answering(lambda _url, _asked: b'<feed xmlns="http://www.w3.org/2005/Atom"/>')
        assert arxiv_api.ArxivPapers().by_title(desk, 'A "stone": heavy, and so on') == ()
        assert desk.asked[0][1] == {"search_query": 'ti:"A stone heavy and so on"', "max_results": "5"}

    def test_a_query_brings_new_papers_oldest_first_and_goes_on_from_any_checkpoint(self, origin: Origin) -> None:
        papers = [replace(paper, day=date(2026, 3, 13 + n % 3)) for n, paper in enumerate(deposits(12))]
        desk = Desk(papers, page=3)
        batches = desk.ask(origin, since="2026-03-13")
        assert brought(batches) == ids(papers)
        for number, batch in enumerate(batches[:-1]):
            rest = desk.ask(origin, dict(batch.checkpoint), since="2026-03-13")
            assert brought(batches[: number + 1]) | brought(rest) == ids(papers)
        assert batches[-1].checkpoint == {"since": (NOW - timedelta(days=7)).isoformat()}

    def test_a_new_version_of_an_old_paper_is_brought_though_arxiv_filters_by_the_deposit_only(
        self, origin: Origin
    ) -> None:
        old = [replace(paper, day=date(2020, 1, 2), stamp=date(2020, 1, 2)) for paper in deposits(20)]
        replaced = replace(old[0], version=2, stamp=date(2026, 3, 16))
        batches = Desk([replaced, *old[1:]], page=2).ask(origin)
        assert ids([replaced]) <= brought(batches)
        assert len(brought(batches)) < 6  # what nobody has touched is not walked through

    def test_years_without_a_paper_are_asked_for_at_once(self, origin: Origin) -> None:
        paper = deposits(1)
        assert brought(Desk(paper, page=2).ask(origin, since="2000-01-01")) == ids(paper)
        assert len(origin.asked) < 60

    def test_a_window_with_more_papers_than_arxiv_answers_is_halved(
        self, origin: Origin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(arxiv_api, "REACH", 4)
        papers = [replace(paper, hour=n) for n, paper in enumerate(map(Timed.of, deposits(20)))]
        batches = Desk(papers, page=2).ask(origin, since="2026-03-15")
        assert brought(batches) == ids(papers)
        assert [line for batch in batches for line in batch.unread if "beyond arXiv's reach" in line]

    def test_pages_that_come_empty_for_ever_are_told(self, origin: Origin) -> None:
        with pytest.raises(UnreadableError, match="30 papers should follow"):
            Desk(deposits(30), page=0).ask(origin)


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
            ("A. Doe (MIT, B. Roe and C. Poe", ["A. Doe", "MIT", "B. Roe", "C. Poe"]),
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
            ("The paper in its present form has been withdrawn.", "", True),
            ("We weigh stones.", "Results questionable. Article withdrawn by authors.", True),
            ("Retracted papers go on being cited.", "", False),
            ("Withdrawn clinical studies are counted here.", "", False),
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
        assert arxiv_days.days(day, arxiv_days.expected_day(now)) == [day]

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
            ("2026-11-27", False),
            ("2023-06-15", False),  # a day of arXiv's own
            ("2024-10-09", False),
            ("2025-07-07", False),  # Independence Day was a Friday
            ("2025-12-31", False),
            ("2026-12-30", False),
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
        assert arxiv_days.days(min(days), arxiv_days.expected_day(arxiv_days.announced_at(max(days)))) == sorted(days)

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
