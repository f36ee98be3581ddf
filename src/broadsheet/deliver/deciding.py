"""Submissions and claims, which editors decide about → plain dictionaries."""

from __future__ import annotations

from typing import Any

from broadsheet.community import Claim, Proof, Submission, SubmissionState
from broadsheet.deliver import present
from broadsheet.types import Submitted

Shown = dict[str, Any]

STATES = {
    SubmissionState.WAITING: "waits for an editor",
    SubmissionState.SHOWN: "shown",
    SubmissionState.REFUSED: "refused",
}
PROOFS = {
    Proof.ORCID: "a record of the paper names the ORCID iD of this account",
    Proof.MAIL: "the paper names a mail address that this account has verified, or its domain",
}


def submission(given: Submission) -> Shown:
    """A submission with its paper, and what became of it in words."""
    return {
        "id": given.key,
        "paper": present.paper(given.paper),
        "by": given.by,
        "why": given.why,
        "at": given.at,
        "state": str(given.state),
        "state_words": STATES[given.state],
        "reason": given.reason,
    }


def submitted(done: Submitted) -> str:
    """What became of a submission, in words."""
    day = done.paper.listed_on
    if done.refused:
        return "An editor has refused this paper from you before. “My submissions” says why."
    if done.again:
        words = f"It has stood on the front page of {day} already."
        return f"{words} Your line is shown when an editor has nodded." if done.waiting else words
    return (
        "It waits for an editor's nod; it is in the library already."
        if done.waiting
        else "It is on today's front page."
    )


def claim(given: Claim) -> Shown:
    """A claim with its paper, and what speaks for it in words."""
    return {
        "id": given.key,
        "paper": present.paper(given.paper),
        "by": given.by,
        "author": given.author,
        "proof": str(given.proof or ""),
        "proof_words": PROOFS[given.proof] if given.proof else "nothing speaks for it by itself",
        "words": given.words,
        "at": given.at,
        "state": str(given.state),
        "reason": given.reason,
    }
