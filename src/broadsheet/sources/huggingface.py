"""The daily papers of Hugging Face, day by day, and again for as long as their upvotes grow."""

from __future__ import annotations

from calendar import monthrange
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
MOST, PAGE = 50, 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DailyPapers:
    """The lists from `since` on, by the day, week or month; the last `again` days are always asked for again."""

    since: date | None
    again: int
    url: str = URL
    token: str = ""
    by: str = "day"

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
        """Each day since the checkpoint's, today's too; the checkpoint is the newest day that is over."""
        today = now.astimezone(UTC).date()
        told = building.day(str(checkpoint.get("day", "")))
        first = told + _DAY if told else self.since or today - timedelta(days=7)
        day = min(first, today - (self.again - 1) * _DAY)
        done = told
        while day <= today:
            wanted, last = self._around(day)
            records, unread = self._list(http, wanted, day if last == day else None)
            over = min(last, today - _DAY)
            if over >= day:
                done = max(done, over) if done else over
            yield Batch(checkpoint={"day": done.isoformat()} if done else {}, records=records, unread=unread)
            day = last + _DAY

    def _around(self, day: date) -> tuple[dict[str, str | int], date]:
        """What to ask for to have this day, and the last day that comes with it."""
        if self.by == "month":
            return {"month": f"{day:%Y-%m}"}, day.replace(day=monthrange(day.year, day.month)[1])
        if self.by == "week":
            year, week, weekday = day.isocalendar()
            return {"week": f"{year}-W{week:02}"}, day + timedelta(days=7 - weekday)
        return {"date": day.isoformat()}, day

    def _list(
        self, http: Http, period: dict[str, str | int], listed: date | None
    ) -> tuple[tuple[Record, ...], tuple[str, ...]]:
        """The list of a period, however many pages it has."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else None
        records: dict[tuple[str, date | None], Record] = {}
        unread: list[str] = []
        for page in range(MOST):
            answer = http.get(self.url, {**period, "limit": PAGE, "p": page}, pace=PACE, headers=headers)
            found = answer.json()
            if not isinstance(found, list):
                raise UnreadableError(answer.url, "the answer is not a list of papers")
            before = len(records)
            for number, entry in enumerate(found, 1):
                try:
                    (record,) = hf_daily.parse([entry], file=f"{answer.url} {number}", listed=listed)
                except BadFileError as error:
                    unread.append(str(error))
                else:
                    records[record.ids[0] if record.ids else record.title, record.featured] = record
            if len(found) < PAGE or len(records) == before:
                break
        return tuple(records.values()), tuple(unread)


def make(options: Options) -> DailyPapers:
    """The source that these options mean; SourceError for a value that makes no sense."""
    by = options.value("by", "day")
    if by not in {"day", "week", "month"}:
        raise SourceError(f"by={by} is not day, week or month.")
    return DailyPapers(
        since=options.day("since"),
        again=options.days("again", 3),
        url=options.value("url", URL),
        token=options.value("token"),
        by=by,
    )


KIND = Kind(
    name="huggingface",
    about="The daily papers of Hugging Face, with upvotes, comments, submitter, code and summary as theirs.",
    values={
        "since": "the day to begin at, by default a week ago; the first of all is 2023-05-04",
        "again": "days whose growing upvotes are asked for again by each fetch; by default 3",
        "by": "day, week or month: how much is asked for at once; by default day",
        "token": "an access token, if you have one",
        "url": "another address that answers as its API does",
    },
    example="huggingface",
    every=timedelta(hours=2),
    make=make,
)
