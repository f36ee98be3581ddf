"""Why a paper was chosen for a reader, in words: the same on the page and in the mail. Pure."""

from __future__ import annotations

from broadsheet.tastes import Chosen, Followed
from broadsheet.text import readable

TITLE = 70
"""Characters of the reader's paper that a reason names."""


def reasons(each: Chosen) -> list[str]:
    """Why a paper stands there, the strongest reason first; one at least."""
    told = [_followed(one) for one in each.followed]
    if each.wanted:
        told.append(f"has {', '.join(f'“{words}”' for words in each.wanted)}")
    adds = dict(each.adds)
    if each.nearest:
        near = "very near" if each.likeness > 0.5 else "near"
        told.append(f"{near} your “{_short(readable(each.nearest.title))}”")
    if each.words:
        told.append(f"words: {', '.join(each.words)}")
    if adds.get("rises", 0) > 0.2:
        told.append("rises today")
    if adds.get("beside your field", 0) > adds.get("your papers", 0):
        told.append("beside your field")
    if not told:
        told.append("like your papers as a whole" if adds.get("your papers", 0) > 1 else "new")
    return told


def _followed(one: Followed) -> str:
    if one.kind == "author":
        return f"by {one.value}, whom you follow"
    return f"in {one.value}, which you follow" if one.kind == "category" else f"found by your search “{one.value}”"


def _short(title: str) -> str:
    if len(title) <= TITLE:
        return title
    return title[:TITLE].rsplit(" ", 1)[0].rstrip(" ,:;–—-") + "…"
