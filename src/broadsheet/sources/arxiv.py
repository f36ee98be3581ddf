"""arXiv's announcements in some categories, each day, with two listings that check each other.

The feed brings whole records at once, but has been seen to repeat an earlier day's papers under a fresh date, without
any error. The page of new papers says the day, and how many papers there are. So for each category both are read; what
the page names and the feed does not is looked up by id; and what each of them said is reported, for the account.

The page is out in the evening, the feed at midnight: a day is read from the page at once, and checked by the feed then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from broadsheet.errors import FetchError, SourceError
from broadsheet.incoming import Announced, AnnounceKind, Batch, Checkpoint
from broadsheet.sources import arxiv_api, arxiv_days, arxiv_list, arxiv_records, arxiv_rss
from broadsheet.sources.arxiv_list import Day
from broadsheet.sources.arxiv_rss import Feed
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Kind, Options
from broadsheet.types import PaperId, Record

ENOUGH = 0.5
"""Share of a feed's new papers that must be on the page of the same day; a feed below it shows another day."""


@dataclass(frozen=True, slots=True)
class Announcements:
    """The announcements in these categories. The addresses are those of the feed, the pages and the API."""

    categories: tuple[str, ...]
    feed_url: str = arxiv_rss.URL
    page_url: str = arxiv_list.URL
    api_url: str = arxiv_api.URL

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
        """The newest announcement in each category, and those that were missed since the checkpoint.

        The checkpoint has, for each category, the newest day that was read whole (`done`), and the one that the page
        told whole while the feed was not due (`page`). A category that is up to date is not asked about again before
        the feed or the next announcement is due. If one cannot be read, the others still are; then the first failure
        is raised.
        """
        done: dict[str, str] = dict(checkpoint.get("done", {}))
        by_page: dict[str, str] = dict(checkpoint.get("page", {}))
        expected = arxiv_days.expected_day(now)
        feed_is_due = now >= arxiv_days.in_feed_at(expected)
        failure: FetchError | None = None
        for category in self.categories:
            read = done.get(category, "") if feed_is_due else max(done.get(category, ""), by_page.get(category, ""))
            if read >= expected.isoformat():
                continue
            try:
                for batch, day, checked in self._category(http, category, done.get(category, ""), expected, now):
                    if day and checked:
                        done[category] = max(done.get(category, ""), day.isoformat())
                        by_page.pop(category, None)
                    elif day:
                        by_page[category] = day.isoformat()
                    yield Batch(
                        checkpoint={"done": dict(done)} | ({"page": dict(by_page)} if by_page else {}),
                        records=batch.records,
                        announced=batch.announced,
                        unread=batch.unread,
                    )
            except FetchError as error:
                failure = failure or error
        if failure:
            raise failure

    def _category(
        self, http: Http, category: str, done: str, expected: date, now: datetime
    ) -> Iterator[tuple[Batch, date | None, bool]]:
        """Batches of one category, each with the day that is read whole once it is stored, if any.

        False at the end says that it is by the page alone, and that the feed is not due yet.
        """
        feed, no_feed = self._feed(http, category)
        page, no_page = self._new(http, category)
        if feed is None and page is None and no_page is not None:
            raise no_page
        day = page.day if page else (feed.day if feed and feed.papers else None)
        newest, one_day = day or expected, timedelta(days=1)
        # Nothing was missed before the first day was read.
        missed = arxiv_days.days(date.fromisoformat(done) + one_day, newest - one_day) if done else []
        if missed:
            for past in self._recent(http, category, missed):
                yield Batch(checkpoint={}, announced=(_by_page(category, past),)), None, True
                for batch in self._looked_up(http, past, past.papers):
                    yield batch, None, True
                yield Batch(checkpoint={}), past.day, True
        if day is None:
            # No paper in either listing: a holiday, or arXiv is late. Asked again until the next one is expected.
            yield Batch(checkpoint={}, announced=self._nothing(category, expected, no_feed, no_page)), None, True
            return
        early = page is not None and now < arxiv_days.in_feed_at(day) and (feed is None or feed.day != day)
        if early:
            feed = None  # it rightly shows the day before
        said = _compare(category, day, feed, page, no_feed, no_page)
        if early:
            said = tuple(each for each in said if each.listing == "page")
        stale = any(each.listing == "rss" and each.trouble for each in said)
        brought = tuple(_dated(each, day, known=not stale) for each in feed.records) if feed else ()
        yield Batch(checkpoint={}, records=brought, announced=said, unread=feed.unread if feed else ()), None, True
        here = {record.ids[0] for record in brought}
        if page:
            wanted = [paper_id for paper_id in page.papers if paper_id not in here]
            for batch in self._looked_up(http, page, wanted):
                yield batch, None, True
        whole = page is not None and not page.short
        yield Batch(checkpoint={}), day if whole or day < expected else None, not early

    def _feed(self, http: Http, category: str) -> tuple[Feed | None, FetchError | None]:
        try:
            answer = http.get(f"{self.feed_url}/{category}", pace=arxiv_rss.PACE)
            return arxiv_rss.parse(answer.body, answer.url), None
        except FetchError as error:
            return None, error

    def _new(self, http: Http, category: str) -> tuple[Day | None, FetchError | None]:
        try:
            days = self._page(http, category, "new")
        except FetchError as error:
            return None, error
        return (days[0] if days else None), None

    def _recent(self, http: Http, category: str, missed: Collection[date]) -> list[Day]:
        """The missed days that the page of recent papers reaches back to, oldest first.

        A day that it passes over had no announcement: a holiday that the calendar does not know.
        """
        shown = {day.day: day for day in self._page(http, category, "recent")}
        oldest = min(shown, default=date.max)
        return [shown.get(day, Day(day)) for day in sorted(missed) if day >= oldest]

    def _page(self, http: Http, category: str, which: str) -> list[Day]:
        """The days of a listing, newest first, from as many pages as it has."""
        days: dict[date, Day] = {}
        skip, total, more = 0, 1, True
        while skip < total and more:
            wanted: Mapping[str, str | int] = {"skip": skip, "show": arxiv_list.SHOW}
            answer = http.get(f"{self.page_url}/{category}/{which}", wanted, pace=arxiv_list.PACE)
            page = arxiv_list.parse(answer.body, answer.url)
            before = sum(len(day.papers) for day in days.values())
            for day in page.days:
                days.setdefault(day.day, Day(day.day)).add(day)
            more = sum(len(day.papers) for day in days.values()) > before
            skip, total = skip + arxiv_list.SHOW, page.total
        return sorted(days.values(), key=lambda day: day.day, reverse=True)

    def _looked_up(self, http: Http, page: Day, ids: Collection[PaperId]) -> Iterator[Batch]:
        """The papers of these ids as the API has them, announced on the page's day unless they are replacements."""
        for batch in arxiv_api.ArxivPapers(self.api_url).look_up(http, list(ids)):
            records = (
                each if page.papers.get(each.ids[0]) is AnnounceKind.REPLACE else replace(each, announced=page.day)
                for each in batch.records
            )
            yield replace(batch, records=tuple(records))

    def _nothing(
        self, category: str, day: date, no_feed: FetchError | None, no_page: FetchError | None
    ) -> tuple[Announced, ...]:
        """An empty listing from each that could be read; why, from each that could not."""
        return tuple(
            Announced(
                listing=listing, category=category, day=day,
                trouble=f"it could not be read: {error.reason}" if error else "it shows no announcement yet",
            )
            for listing, error in (("rss", no_feed), ("page", no_page))
        )  # fmt: skip


def _dated(record: Record, day: date, *, known: bool) -> Record:
    """The record as announced on this day; on an unknown one, if its feed showed another day as this one."""
    if record.announced is None:
        return record
    return replace(record, announced=day if known else None)


def _compare(
    category: str,
    day: date,
    feed: Feed | None,
    page: Day | None,
    no_feed: FetchError | None,
    no_page: FetchError | None,
) -> tuple[Announced, ...]:
    """What the two listings say of this day, the one beside the other."""
    if page is None:
        unread = Announced(listing="page", category=category, day=day, trouble=_unread(no_page))
        told = Announced(
            listing="rss", category=category, day=day, papers=feed.papers if feed else (),
            trouble="" if feed else _unread(no_feed),
        )  # fmt: skip
        return told, unread
    if feed is None:
        told = Announced(listing="rss", category=category, day=day, trouble=_unread(no_feed))
    else:
        new = [paper_id for paper_id, kind in feed.papers if kind is not AnnounceKind.REPLACE]
        on_page = sum(paper_id in page.papers for paper_id in new)
        stale = bool(new) and on_page < ENOUGH * len(new)
        empty = not new and bool(page.papers)
        trouble = ""
        if stale:
            trouble = f"it shows another day: {on_page} of its {len(new)} papers are on the page of {day}"
        elif empty:
            trouble = f"it is empty, and the page of {day} has {len(page.papers)} papers"
        told = Announced(
            listing="rss", category=category, day=day, papers=() if stale else feed.papers, trouble=trouble
        )
    return told, _by_page(category, page)


def _by_page(category: str, page: Day) -> Announced:
    short = f"it shows {page.shown} of the {page.told} papers that it tells of" if page.short else ""
    return Announced(
        listing="page",
        category=category,
        day=page.day,
        papers=tuple(page.papers.items()),
        told=page.told,
        trouble=short,
    )


def _unread(error: FetchError | None) -> str:
    return f"it could not be read: {error.reason}" if error else "it shows no announcement"


def make(options: Options) -> Announcements:
    """The announcements in these categories; SourceError for what is no category of arXiv."""
    if not options.words:
        raise SourceError("Say which categories of arXiv, such as cs.LG or hep-th.")
    if wrong := [word for word in options.words if not arxiv_records.is_category(word)]:
        raise SourceError(f"{wrong[0]!r} is not a category of arXiv. They are written as cs.LG, math.CO, hep-th.")
    base = options.value("url").rstrip("/")
    if not base:
        return Announcements(options.words)
    return Announcements(options.words, f"{base}/rss", f"{base}/list", f"{base}/api/query")


KIND = Kind(
    name="arxiv",
    about="What arXiv announces in some categories, every working day; counted, so that no paper is missed unseen.",
    words="categories",
    values={"url": "a mirror that has /rss, /list and /api/query"},
    example="arxiv cs.LG cs.CL",
    every=timedelta(minutes=30),
    make=make,
)
