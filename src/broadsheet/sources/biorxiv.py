"""Preprints of bioRxiv and medRxiv, by the days on which they were posted, from the API that both share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from broadsheet.errors import UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources import building
from broadsheet.sources.building import Place, build, given_first, read_each
from broadsheet.sources.http import Answer, Http
from broadsheet.sources.ids import parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.loose import mappings
from broadsheet.types import Json, Record, Version

URL = "https://api.biorxiv.org/details"
PACE = 1.0
OVERLAP, WINDOW = timedelta(days=2), timedelta(days=7)
_NOTICE = re.compile(
    r"withdrawal statement\b|(?:the )?authors? ha(?:ve|s) withdrawn\b"
    r"|th(?:is|e) (?:manuscript|preprint|article|paper) has been withdrawn\b",
    re.IGNORECASE,
)


def parse(answer: Answer, server: str, categories: tuple[str, ...] = ()) -> tuple[list[Record], list[str], int, int]:
    """Records, what could not be read, how many preprints the page had and how many there are in all.

    Only preprints of these categories, if any are given; a total that is not told is 0. UnreadableError if the answer
    has no list, or has an empty one because something failed.
    """
    found = answer.json()
    if not isinstance(found, dict) or not isinstance(found.get("collection"), list):
        raise UnreadableError(answer.url, "the answer lists no preprints")
    message = next(iter(mappings(found.get("messages"))), {})
    total, status = str(message.get("total", "0")), str(message.get("status", "ok"))
    if not found["collection"] and status != "ok" and not status.lower().startswith("no "):
        raise UnreadableError(answer.url, f"the answer says {status[:100]!r}")
    records, unread = read_each(found["collection"], partial(_record, server), answer.url, "preprint")
    if categories:
        records = [one for one in records if {name.lower() for name in one.categories} & set(categories)]
    return records, unread, len(found["collection"]), int(total) if total.isdecimal() else 0


def _record(server: str, one: Json, place: Place) -> Record:
    if not isinstance(one, dict):
        raise place.error("here stands no preprint")
    said = {name: value for name, value in one.items() if isinstance(value, str)}
    printed = said.get("published", "NA")
    version, day = said.get("version", "1"), building.day(said.get("date", ""))
    number = int(version) if version.isdecimal() else 1
    abstract = building.clean(said.get("abstract", ""))
    notice = abstract if _NOTICE.match(abstract) else ""
    return build(
        place,
        source=server,
        title=said.get("title", ""),
        abstract="" if notice else abstract,
        authors=[given_first(name) for name in said.get("authors", "").split(";")],
        ids=(parse_paper_id(said.get("doi", "")), parse_paper_id(printed) if printed != "NA" else None),
        published=day if number == 1 else None,
        updated=day if number > 1 else None,
        categories=[said["category"]] if said.get("category") else [],
        versions=[Version(number, day)],
        comment=notice,
        withdrawn=bool(notice) or said.get("type", "").upper() in {"WITHDRAWN", "RETRACTED"},
        extras={server: {name: said[name] for name in ("license", "type") if said.get(name)}},
    )


@dataclass(frozen=True, slots=True)
class Preprints:
    """What a server posts, new and revised, in some of its categories or all."""

    server: str
    categories: tuple[str, ...]
    since: date | None
    url: str = URL

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
        """What was posted since the checkpoint's day, week by week; the last two days are asked for again."""
        today = now.astimezone(UTC).date()
        told = building.day(str(checkpoint.get("day", "")))
        begin, cursor = told or self.since or today - WINDOW, int(checkpoint.get("cursor", 0))
        while begin <= today:
            end = min(begin + WINDOW, today)
            if until := building.day(str(checkpoint.get("until", ""))):
                end = until if cursor and until >= begin else end
            before: list[Record] = []
            while True:
                answer = http.get(f"{self.url}/{self.server}/{begin}/{end}/{cursor}/json", pace=PACE)
                records, unread, size, total = parse(answer, self.server, self.categories)
                if records and records == before:
                    raise UnreadableError(answer.url, "it gives the same page twice")
                before = records
                cursor += size
                if size == 0 or (total and cursor >= total):
                    break
                yield Batch(
                    checkpoint={"day": begin.isoformat(), "until": end.isoformat(), "cursor": cursor},
                    records=tuple(records),
                    unread=tuple(unread),
                    total=total,
                )
            if cursor < total:
                unread.append(f"{answer.url}: it tells of {total} preprints and gives {cursor}")
            following = min(end + timedelta(days=1), today - OVERLAP) if end == today else end + timedelta(days=1)
            yield Batch(
                checkpoint={"day": following.isoformat()}, records=tuple(records), unread=tuple(unread), total=total
            )
            begin, cursor, checkpoint = end + timedelta(days=1), 0, {}


def make(options: Options, server: str) -> Preprints:
    """The preprints that these options mean; SourceError for a day that is none."""
    categories = tuple(word.replace("_", " ").lower() for word in options.words)
    return Preprints(server, categories, options.day("since"), options.value("url", URL))


def _kind(server: str, name: str, example: str) -> Kind:
    return Kind(
        name=server,
        about=f"Preprints of {name}, new and revised, with the DOI of the printed version.",
        words="categories, or none for all",
        values={"since": "the day to begin at, by default a week ago", "url": "another address of the API"},
        example=f"{server} {example}",
        every=timedelta(hours=12),
        make=partial(make, server=server),
    )


KIND = _kind("biorxiv", "bioRxiv", "neuroscience")
MEDRXIV = _kind("medrxiv", "medRxiv", "epidemiology")
