"""The verb `submit`: a reader puts a paper forward, by id, address, DOI or title, and it is on today's front page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from broadsheet.core import fetching, roles
from broadsheet.core.identity import title_key_of
from broadsheet.core.store import store
from broadsheet.errors import BroadsheetError, FetchError
from broadsheet.library import papers, submissions, writing
from broadsheet.sources.http import Http
from broadsheet.sources.ids import parse_paper_id
from broadsheet.text import squash
from broadsheet.types import Paper, Record, Submitted

SOURCE = "submission"
LONGEST_REASON = 280
SHORTEST_TITLE = 8
"""Letters of a title that is looked for."""

A_DAY = 30
"""Papers that one account may put forward in a day."""


class SubmissionError(BroadsheetError):
    """The paper cannot be put forward; the text says why, and what to do."""


def submit(text: str, why: str, *, account: int, http: Http, now: datetime) -> Submitted:
    """Put a paper forward, fetching it if the library does not have it; answers the paper as it is then.

    `text` is an id, an address, a DOI, or the title of a paper that is here. A paper that stood on a front page before
    keeps its day, and says so. SubmissionError if no paper is meant, nobody has it, or the account did enough today;
    NotAllowedError if it is banned.
    """
    roles.admit(account, "put papers forward", now=now)
    if submissions.number_since(account, now - timedelta(days=1)) >= A_DAY:
        raise SubmissionError(f"You have put {A_DAY} papers forward within a day. Go on tomorrow.")
    found = _here(text) or _fetched(text, http, now)
    again = found.featured is not None
    if not again:
        record = Record(
            source=SOURCE, title=found.title, authors=found.authors, ids=(found.paper_id,), featured=now.date()
        )
        store([record], now=now)
    submissions.put(found.key, account, " ".join(why.split())[:LONGEST_REASON], now)
    return Submitted(paper=papers.by_keys([found.key])[found.key], again=again)


def of_paper(paper: Paper) -> list[tuple[str, str, datetime]]:
    """(who, why, when) of each time that the paper was put forward, oldest first."""
    return submissions.of_paper(paper.key)


def first_of(several: Collection[Paper]) -> dict[int, tuple[str, datetime]]:
    """(who, when) of the first time that each of these papers was put forward here, by its key."""
    return submissions.first_of([paper.key for paper in several])


def _here(text: str) -> Paper | None:
    """The paper of the library that this id, or this title and no other paper's, means."""
    if paper_id := parse_paper_id(text):
        return papers.by_alias(paper_id)
    title = squash(text)
    if len(title) < SHORTEST_TITLE:
        return None
    title_key = title_key_of(title)
    keys = {key for key, _ in writing.find_titles([title_key]).get(title_key, [])}
    return papers.by_keys(keys).get(next(iter(keys))) if len(keys) == 1 else None


def _fetched(text: str, http: Http, now: datetime) -> Paper:
    paper_id = parse_paper_id(text)
    if not paper_id:
        raise SubmissionError(
            "This is no id, no address and no DOI of a paper, nor the title of one that is here. "
            "Paste the address of its page at arXiv, OpenReview, the ACL Anthology or its publisher."
        )
    try:
        fetching.look_up([text], http, now=now)
    except FetchError as error:
        raise SubmissionError(f"{paper_id} could not be fetched now: {error.reason}. Try again later.") from None
    found = papers.by_alias(paper_id)
    if found is None:
        raise SubmissionError(f"Nobody who was asked has {paper_id}. Check it, or import a file that has it.")
    return found
