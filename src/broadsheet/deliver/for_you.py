"""A reader's own ranking and profile → plain dictionaries, with the reasons in words. No markup."""

from __future__ import annotations

from broadsheet.core.chosen import reasons
from broadsheet.deliver import present
from broadsheet.deliver.present import Shown, category_path
from broadsheet.tastes import Followed, ForYou, Kept, Profile
from broadsheet.text import readable

DID = {
    "wrote": "written by you",
    "submitted": "put forward",
    "upvoted": "upvoted",
    "saved": "saved",
    "imported": "imported",
    "kept": "on your reading list",
    "commented": "commented on",
    "hidden": "hidden",
}


def for_you(given: ForYou) -> Shown:
    """The papers for a reader, each with why it stands there, in words and in numbers."""
    return {
        "total": given.total,
        "page": given.paging.page,
        "size": given.paging.size,
        "surprise": given.taste.surprise,
        "learned_from": given.learned_from,
        "looked_at": given.looked_at,
        "since": given.first.isoformat() if given.first else "",
        "index": {"missing": given.missing, "behind": given.behind},
        "papers": [
            {
                **present.paper(each.paper),
                "rank": each.rank,
                "score": round(each.score, 2),
                "reason": "; ".join(reasons(each)),
                "ranking": each.ranking,
                "likeness": round(each.likeness, 2),
                "nearest": {"title": readable(each.nearest.title), "url": present.paper_path(each.nearest.paper_id)}
                if each.nearest
                else None,
                "adds": [{"part": part, "adds": round(value, 2)} for part, value in each.adds],
            }
            for each in given.chosen
        ],
    }


def profile(given: Profile) -> Shown:
    """All that the ranking knows of a reader."""
    return {
        "surprise": given.taste.surprise,
        "wanted": "\n".join(given.taste.wanted),
        "unwanted": "\n".join(given.taste.unwanted),
        "since": given.taste.since.isoformat(timespec="seconds") if given.taste.since else "",
        "interests": [
            {
                "words": list(each.words),
                "number": each.number,
                "share": round(each.share, 3),
                "papers": list(map(_kept, each.papers)),
            }
            for each in given.interests
        ],
        "hidden": list(map(_kept, given.hidden)),
        "apart": list(map(_kept, given.apart)),
        "followed": [{"kind": one.kind, "value": one.value, "url": followed_path(one)} for one in given.followed],
        "counts": [{"did": DID[kind], "number": number} for kind, number in given.counts],
    }


def followed_path(one: Followed) -> str:
    """The site path of what is followed."""
    if one.kind == "author":
        return present.author_path(one.value)
    return category_path(one.value) if one.kind == "category" else present.search_path(one.value)


def _kept(each: Kept) -> Shown:
    return {
        "id": each.paper.paper_id,
        "url": present.paper_path(each.paper.paper_id),
        "title": each.paper.readable_title,
        "did": ", ".join(DID[kind] for kind in each.kinds),
        "at": each.at.isoformat(timespec="seconds"),
        "unheeded": each.unheeded,
    }
