"""The verbs `submit`, `withdraw`, and for editors `accept` and `refuse`: readers put papers on today's front page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.community import Act, Actor, Role, Submission, SubmissionState
from broadsheet.core import decisions, fetching, naming, roles, trending
from broadsheet.core.identity import title_key_of
from broadsheet.core.merge import merge
from broadsheet.core.recording import load
from broadsheet.core.store import store
from broadsheet.errors import BroadsheetError, FetchError
from broadsheet.library import changes, notifications, papers, submissions, writing
from broadsheet.rank.trending import Formula
from broadsheet.sources import catalogue
from broadsheet.sources.http import Http
from broadsheet.text import plain, squash
from broadsheet.types import Paging, Paper, PaperId, Record, Submitted

SOURCE = "submission"
LONGEST_REASON = 280
SHORTEST_TITLE = 8
"""Letters of a title that is looked for."""

SHORTEST_TITLE_ELSEWHERE = 20
"""Letters of a title that other places are asked for."""

A_DAY = 30
"""Papers that one account may put forward in a day."""


class SubmissionError(BroadsheetError):
    """The paper cannot be put forward, or nothing be decided of it; the text says why, and what to do."""


def submit(text: str, why: str, *, actor: Actor, nod: bool, http: Http, formula: Formula, now: datetime) -> Submitted:
    """Put a paper forward, fetching it if the library does not have it; answers the paper as it is then.

    `text` is an id, an address or a DOI, perhaps among other words, or the title of a paper. A paper that
    stood on a front page before keeps its day, and says so. Where the house wants a nod, what a reader puts forward
    waits for an editor's. SubmissionError if no paper is meant, nobody has it, or the account did enough today;
    NotAllowedError if it is banned.
    """
    roles.require(actor, Role.READER, "put papers forward")
    if submissions.number_since(actor.key, now - timedelta(days=1)) >= A_DAY:
        raise SubmissionError(f"You have put {A_DAY} papers forward within a day. Go on tomorrow.")
    found = _here(text) or _fetched(text, http, now)
    again = found.featured is not None
    state = SubmissionState.WAITING if waits(actor, nod=nod) else SubmissionState.SHOWN
    with transaction.atomic():
        stands = submissions.put(found.key, actor.key, " ".join(plain(why).split())[:LONGEST_REASON], state, now)
        if stands is SubmissionState.SHOWN:
            _show(found, formula, now)
    return Submitted(
        paper=papers.by_keys([found.key])[found.key],
        again=again,
        waiting=stands is SubmissionState.WAITING,
        refused=stands is SubmissionState.REFUSED,
    )


def waits(actor: Actor, *, nod: bool) -> bool:
    """Whether what this account brings waits for an editor, in a house that wants a nod or does not."""
    return nod and actor.role < Role.CONTRIBUTOR


def accept(actor: Actor, key: int, formula: Formula, *, now: datetime) -> Submission:
    """Let a submission that waits, or was refused, be shown; its paper is on today's front page, if on none before."""
    with transaction.atomic():
        found = _decidable(actor, key, "accept submissions", SubmissionState.SHOWN)
        submissions.decide(key, SubmissionState.SHOWN)
        _show(found.paper, formula, now)
        _log(actor, Act.ACCEPT_SUBMISSION, found, "", now)
        words = f"“{found.paper.title}”, which you put forward, was accepted."
        notifications.tell_decision(found.account, words, paper=found.paper.key, now=now)
    return found


def refuse(actor: Actor, key: int, reason: str, *, now: datetime) -> Submission:
    """Let a submission not be shown, and tell whose it is why. A paper that only submissions put there leaves the
    front page; accepting one again puts it on that day's.
    """
    with transaction.atomic():
        found = _decidable(actor, key, "refuse submissions", SubmissionState.REFUSED)
        why = plain(reason)[:1000]
        submissions.decide(key, SubmissionState.REFUSED, why)
        if not submissions.of_paper(found.paper.key):
            _take_off(found.paper, now)
        _log(actor, Act.REFUSE_SUBMISSION, found, why, now)
        words = f"“{found.paper.title}”, which you put forward, was refused" + (f": {why}" if why else ".")
        notifications.tell_decision(found.account, words, paper=found.paper.key, now=now)
    return found


def put_back(key: int, state: SubmissionState, reason: str, formula: Formula, *, now: datetime) -> None:
    """Let a submission stand as it did before a decision; of undoing that, which says who may."""
    submissions.lock(key)
    found = submissions.find(key)
    if found is None:
        raise _gone()
    submissions.decide(key, state, reason)
    if state is SubmissionState.SHOWN:
        _show(found.paper, formula, now)
    elif not submissions.of_paper(found.paper.key):
        _take_off(found.paper, now)


def withdraw(actor: Actor, key: int) -> Submission:
    """Take back one's own submission while it waits."""
    with transaction.atomic():
        submissions.lock(key)
        found = submissions.find(key)
        if found is None or found.account != actor.key:
            raise _gone()
        if found.state is not SubmissionState.WAITING:
            raise SubmissionError(f"This submission does not wait any more: it is {found.state}.")
        submissions.delete(key)
    return found


def in_state(actor: Actor, state: SubmissionState, paging: Paging) -> tuple[list[Submission], int]:
    """One page of the submissions in this state, and how many there are; for editors."""
    roles.require(actor, Role.EDITOR, "see what waits")
    offset = (paging.page - 1) * paging.size
    return submissions.in_state(state, offset=offset, limit=paging.size), submissions.count_in_state(state)


def of_account(actor: Actor, paging: Paging) -> tuple[list[Submission], int]:
    """One page of what the actor put forward, the latest first, and how much it is."""
    offset = (paging.page - 1) * paging.size
    found = submissions.of_account(actor.key, offset=offset, limit=paging.size)
    return found, submissions.count_of_account(actor.key)


def own(actor: Actor, paper: Paper) -> Submission | None:
    """How the actor has put this paper forward, if it has."""
    return submissions.of_account_for(actor.key, paper.key)


def of_paper(paper: Paper) -> list[tuple[str, str, datetime]]:
    """(who, why, when) of each time that the paper was put forward and is shown, oldest first."""
    return submissions.of_paper(paper.key)


def first_of(several: Collection[Paper]) -> dict[int, tuple[str, datetime]]:
    """(who, when) of the first time that each of these papers was put forward here, by its key."""
    return submissions.first_of([paper.key for paper in several])


def _decidable(actor: Actor, key: int, what: str, not_yet: SubmissionState) -> Submission:
    roles.require(actor, Role.EDITOR, what)
    submissions.lock(key)
    found = submissions.find(key)
    if found is None:
        raise _gone()
    if found.state is not_yet:
        raise SubmissionError(f"This submission is {found.state} already; somebody was quicker.")
    return found


def _log(actor: Actor, act: Act, found: Submission, reason: str, now: datetime) -> None:
    title = f"{found.paper.title}, by {found.by}"
    before = {"state": found.state, "reason": found.reason}
    decisions.log(actor, act, f"submission:{found.key}", title=title, reason=reason, before=before, now=now)


def _gone() -> SubmissionError:
    return SubmissionError("There is no such submission any more: it was withdrawn, or its paper is gone.")


def _show(paper: Paper, formula: Formula, now: datetime) -> None:
    """Put a paper that stood on no front page on today's, and count it for trending if editors put it forward."""
    if paper.featured is None:
        record = Record(
            source=SOURCE, title=paper.title, authors=paper.authors, ids=(paper.paper_id,), featured=now.date()
        )
        store([record], now=now)
    if number := submissions.number_shown(paper.key, by=Role.EDITOR):
        trending.note({(paper.key, "submissions"): number}, formula, now=now)


def _take_off(paper: Paper, now: datetime) -> None:
    """Make the paper anew without what submissions said of it."""
    changes.serialise_writers()
    records = writing.records_of([paper.key])[paper.key]
    staying = [record for record in records if record.slot[0] != SOURCE]
    if staying and len(staying) < len(records):
        writing.take_records(record.slot for record in records if record.slot[0] == SOURCE)
        says = [load(record.payload) for record in staying]
        left = merge(paper.key, says, {paper.paper_id, *paper.aliases})
        writing.update_papers([left], now)
        changes.append({paper.key: left}, now)


def _id_in(text: str) -> PaperId | None:
    """The first paper id that a line names, among whatever words."""
    parts, _ = naming.named(text)
    return parts[0].value if parts else None


def _here(text: str) -> Paper | None:
    """The paper of the library that this id, or this title, means."""
    if paper_id := _id_in(text):
        return papers.by_alias(paper_id)
    keys = _titled(text)
    if len(keys) > 1:
        raise SubmissionError("Several papers here have this title. Paste the address of the one that you mean.")
    return papers.by_keys(keys).get(next(iter(keys))) if keys else None


def _titled(text: str) -> set[int]:
    """The keys of the papers of the library that have this title."""
    title = squash(text)
    if len(title) < SHORTEST_TITLE:
        return set()
    title_key = title_key_of(title)
    return {key for key, _ in writing.find_titles([title_key]).get(title_key, [])}


def _looked_for(text: str, http: Http, now: datetime) -> Paper | None:
    """The paper that has exactly this title where titles can be looked for; None if none has, or several have."""
    title = squash(text)
    if len(title) < SHORTEST_TITLE_ELSEWHERE:
        return None
    failure: FetchError | None = None
    for place in catalogue.title_lookups():
        try:
            found = place.by_title(http, text)
        except FetchError as error:
            failure = error  # the others may know it
            continue
        if exact := [record for record in found if squash(record.title) == title]:
            store(exact, now=now)
            return _here(text)
    if failure:
        raise SubmissionError(f"The title could not be looked for now: {failure.reason}. Paste the paper's address.")
    return None


def _fetched(text: str, http: Http, now: datetime) -> Paper:
    paper_id = _id_in(text)
    if not paper_id:
        if known := _looked_for(text, http, now):
            return known
        raise SubmissionError(
            "This is no id, no address and no DOI of a paper, nor the title of one that is here or easily found. "
            "Paste the address of its page at arXiv, OpenReview, the ACL Anthology or its publisher."
        )
    try:
        fetching.look_up([paper_id], http, now=now)
    except FetchError as error:
        raise SubmissionError(f"{paper_id} could not be fetched now: {error.reason}. Try again later.") from None
    found = papers.by_alias(paper_id)
    if found is None:
        raise SubmissionError(f"Nobody who was asked has {paper_id}. Check it, or import a file that has it.")
    return found
