"""What a mail server's answer means for a delivery: accepted, later, never, or that nobody gets through. Pure."""

from __future__ import annotations

import re

from broadsheet.sending import BounceKind, Outcome, Verdict

LONGEST_WORDS = 500

_ENHANCED = re.compile(r"(?:^|[\s(#\[-])([245])\.(\d{1,3})\.(\d{1,3})(?![.\d])")
_NO_SUCH_ADDRESS = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)}
"""Subject and detail of RFC 3463 (and RFC 7505) that speak of the address: bad mailbox, host or syntax, moved, off."""
_FULL = {(2, 2), (3, 1)}
"""The mailbox or the system is full: it says 5, and yet it may have room tomorrow."""
_FULL_WORDS = re.compile(r"quota|mailbox (?:is )?full|over ?storage|insufficient (?:system )?storage", re.IGNORECASE)
_POLICY_WORDS = re.compile(
    r"spam|block|black ?list|deny ?list|reputation|policy|dmarc|\bspf\b|dkim|rejected due|not authori[sz]ed|"
    r"relay|authenticat|greylist|grey-list",
    re.IGNORECASE,
)
_UNKNOWN_WORDS = re.compile(
    r"(?:user|mailbox|recipient|address)\b.{0,30}(?:unknown|not (?:exist|found)|no such)|"
    r"(?:no such|unknown) (?:user|mailbox|recipient|address)|does ?n[o']t exist",
    re.IGNORECASE,
)
_SLOWER = re.compile(r"rate|too (?:many|fast|much)|thrott|slow|limit", re.IGNORECASE)


def judge(name: str, code: int, words: str, *, at: str) -> Outcome:
    """What this answer means for the delivery of this name.

    `at` is where in the conversation it came: `mail` (the server takes nothing from us), `recipient`, or `data`.
    Enhanced status codes (RFC 3463) are believed over the bare code, and those over words.
    """
    said = f"{code} {' '.join(words.split())}"[:LONGEST_WORDS]
    if 200 <= code < 300:
        return Outcome(name=name, verdict=Verdict.ACCEPTED, words=said)
    enhanced = _enhanced(words)
    if at == "mail" or code in {530, 534, 535, 538}:
        if code == 552 or (enhanced and enhanced[1:] == (3, 4)):
            return Outcome(name=name, verdict=Verdict.NEVER, words=said)  # this one is too large
        return Outcome(name=name, verdict=Verdict.UNREACHABLE, words=said)
    if code < 500 or (enhanced and (enhanced[0] == 4 or enhanced[1:] in _FULL)):
        slow = code == 421 or bool(enhanced and enhanced[1] == 7) or bool(_SLOWER.search(words))
        return Outcome(name=name, verdict=Verdict.LATER, words=said, slow=slow and code < 500)
    if not enhanced and (code == 552 or _FULL_WORDS.search(words)):
        return Outcome(name=name, verdict=Verdict.LATER, words=said)
    return Outcome(name=name, verdict=Verdict.NEVER, words=said, hard=_is_hard(code, words, enhanced, at))


def kind_of(status: str, action: str, words: str) -> BounceKind | None:
    """What a report of this status and action (RFC 3464) says of the address; None if it was delivered after all."""
    action = action.strip().lower()
    if action in {"delivered", "relayed", "expanded"}:
        return None
    enhanced = _enhanced(status) or _enhanced(words)
    if action == "delayed" or enhanced is None:
        return BounceKind.SOFT
    hard = enhanced[0] == 5 and enhanced[1:] in _NO_SUCH_ADDRESS
    return BounceKind.HARD if hard or _says_unknown(enhanced, words) else BounceKind.SOFT


def _is_hard(code: int, words: str, enhanced: tuple[int, int, int] | None, at: str) -> bool:
    if enhanced:
        return enhanced[1:] in _NO_SUCH_ADDRESS or _says_unknown(enhanced, words)
    return at == "recipient" and code in {550, 551, 553} and not _POLICY_WORDS.search(words)


def _says_unknown(enhanced: tuple[int, int, int], words: str) -> bool:
    """5.0.0 says nothing: then the words may."""
    return enhanced == (5, 0, 0) and bool(_UNKNOWN_WORDS.search(words))


def _enhanced(words: str) -> tuple[int, int, int] | None:
    found = _ENHANCED.search(words)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None
