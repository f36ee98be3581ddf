"""The daily papers of Hugging Face, day by day, and again for as long as their upvotes grow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from broadsheet.errors import BadFileError, SourceError, UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources import building, hf_daily
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Kind, Options
from broadsheet.types import Record

URL = "https://huggingface.co/api/daily_papers"
PACE = 1.0
MOST, PAGE = 10, 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DailyPapers:
    """The lists of each day from `since`; the last `again` days are asked for again by every fetch."""

    since: date | None
    again: int
    url: str = URL
    token: str = ""

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
        """Each day since the checkpoint's, today's too; the checkpoint is the newest day that is over."""
        today = now.astimezone(UTC).date()
        told = building.day(str(checkpoint.get("day", "")))
        first = told + _DAY if told else self.since or today - timedelta(days=7)
        day = min(first, today - (self.again - 1) * _DAY)
        done = told
        while day <= today:
            records, unread = self._day(http, day)
            if day < today:
                done = max(done, day) if done else day
            yield Batch(checkpoint={"day": done.isoformat()} if done else {}, records=records, unread=unread)
            day += _DAY

    def _day(self, http: Http, day: date) -> tuple[tuple[Record, ...], tuple[str, ...]]:
        """A day's list, however many pages it has."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else None
        records: dict[str, Record] = {}
        unread: list[str] = []
        for page in range(MOST):
            wanted: dict[str, str | int] = {"date": day.isoformat(), "limit": PAGE, "p": page}
            answer = http.get(self.url, wanted, pace=PACE, headers=headers)
            found = answer.json()
            if not isinstance(found, list):
                raise UnreadableError(answer.url, "the answer is not a list of papers")
            before = len(records)
            for number, entry in enumerate(found, 1):
                try:
                    (record,) = hf_daily.parse([entry], file=f"{answer.url} {number}", listed=day)
                except BadFileError as error:
                    unread.append(str(error))
                else:
                    records[record.ids[0] if record.ids else record.title] = record
            if len(found) < PAGE or len(records) == before:
                break
        return tuple(records.values()), tuple(unread)


def make(options: Options) -> DailyPapers:
    """The source that these options mean; SourceError for a value that makes no sense."""
    since, again = options.value("since"), options.value("again", "3")
    if since and building.day(since) is None:
        raise SourceError(f"since={since} is not a day such as 2026-03-17.")
    if not again.isdigit() or not 1 <= int(again) <= 60:
        raise SourceError(f"again={again} is not a number of days from 1 to 60.")
    return DailyPapers(
        since=building.day(since) if since else None,
        again=int(again),
        url=options.value("url", URL),
        token=options.value("token"),
    )


KIND = Kind(
    name="huggingface",
    about="The daily papers of Hugging Face, with upvotes, comments, submitter, code and summary as theirs.",
    values={
        "since": "the day to begin at, by default a week ago; the first of all is 2023-05-04",
        "again": "days whose growing upvotes are asked for again by each fetch; by default 3",
        "token": "an access token, if you have one",
        "url": "another address that answers as its API does",
    },
    example="huggingface",
    every=timedelta(hours=2),
    make=make,
)
