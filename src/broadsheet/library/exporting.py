"""Everything that an account gave, out of every table that knows accounts, as plain values for one JSON file.

A test holds `EXPORTED` and `LEFT_OUT` against the models: a new table that names accounts must be in one of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.apps import apps

from broadsheet.library import models

PAPER = "paper=paper__paper_id title=paper__title "
COLLECTION = "collection=collection__title "


class Section(NamedTuple):
    """One part of the file: the rows of a table whose `field` is the account, and the columns that are told of each.

    A column that is told by another name, or lies in another table, is written `name=path`.
    """

    name: str
    model: str
    field: str
    columns: str

    def told(self) -> dict[str, str]:
        """The path of each column by the name that it is told by."""
        pairs = [column.partition("=") for column in self.columns.split()]
        return {name: path or name for name, _, path in pairs}


EXPORTED = (
    Section("mail_addresses", "account.EmailAddress", "user", "address=email verified primary"),
    Section(
        "connected_sign_ins", "socialaccount.SocialAccount", "user",
        "at=provider id=uid since=date_joined told=extra_data",
    ),
    Section("two_factor", "mfa.Authenticator", "user", "kind=type since=created_at last_used_at"),
    Section("sessions", "library.Session", "account", "since=made_at seen_at network browser"),
    Section("tokens", "library.Token", "account", "name scopes made_at used_at ends_at"),
    Section("invitation", "library.Invitation", "account", "mail role accepted_at"),
    Section("invitations_made", "library.Invitation", "made_by", "mail role made_at until"),
    Section("upvotes", "library.Upvote", "account", PAPER + "at"),
    Section("submissions", "library.Submission", "account", PAPER + "why at state"),
    Section("claims", "library.Claim", "account", PAPER + "as=author proof words at state"),
    Section(
        "comments", "library.Comment", "account",
        PAPER + "number=pk in_reply_to=parent_id text at edited_at removed_at",
    ),
    Section("flags", "library.Flag", "account", PAPER + "comment=comment_id reason words at"),
    Section("collections", "library.Collection", "account", "number=pk title about public origin made_at changed_at"),
    Section("put_into_collections", "library.CollectionPaper", "account", PAPER + COLLECTION + "note at"),
    Section("shared_collections", "library.CollectionMember", "account", COLLECTION + "edits"),
    Section("readings", "library.Reading", "account", PAPER + "state hidden note at"),
    Section("follows", "library.Follow", "account", "kind value at"),
    Section("notifications", "library.Notification", "account", PAPER + "kind words at read_at"),
    Section("decisions", "library.Decision", "account", "verb subject title reason at"),
    Section("decisions_undone", "library.Decision", "undone_by", "verb subject undone_at"),
    Section("comments_removed", "library.Comment", "removed_by", PAPER + "number=pk removed_at"),
    Section("taste", "library.Taste", "account", "wanted unwanted surprise since"),
    Section("not_learned_from", "library.Unheeded", "account", PAPER + "at"),
    Section("ranking_changes", "library.RankingChange", "account", "at kind said"),
    Section("ring", "library.RingMember", "account", "members together expected found_at"),
    Section("subscribers", "library.Subscriber", "account", "number=pk door address zone made_at confirmed_at"),
    Section("sending_paused", "library.SendingPause", "account", "at"),
    Section("administration", "admin.LogEntry", "user", "at=action_time on=object_repr what=change_message"),
)  # fmt: skip

LEFT_OUT = {
    ("library.KeptAnswer", "account"): "kept for a day, to be said again; what was written is in the other sections",
    ("library.Notification", "by"): "what others were told; the comments that it tells of are among the comments",
    ("library.Account", "groups"): "Broadsheet makes no groups: roles say what an account may do",
    ("library.Account", "user_permissions"): "Broadsheet gives no single permissions: roles say what an account may do",
}


def everything(account: int) -> dict[str, Any]:
    """What the account of this key gave, by section; dates are datetimes, papers are named by id and title."""
    account_row = models.Account.objects.get(pk=account)
    given: dict[str, Any] = {
        "account": {
            "name": account_row.username,
            "mail": account_row.email,
            "role": account_row.role,
            "joined": account_row.date_joined,
            "last_login": account_row.last_login,
            "about": account_row.about,
            "shows_profile": account_row.shows_profile,
            "hides_votes": account_row.hides_votes,
            "mailed": account_row.mailed,
            "banned_until": account_row.banned_until,
            "ban_reason": account_row.ban_reason,
        }
    }
    for section in EXPORTED:
        rows = apps.get_model(section.model)._default_manager.filter(**{section.field: account}).order_by("pk")
        told = section.told()
        given[section.name] = [dict(zip(told, row, strict=True)) for row in rows.values_list(*told.values())]
    _add_versions(given["comments"])
    _add_papers(given["collections"])
    return given


def _add_versions(comments: list[dict[str, Any]]) -> None:
    """Tell of each comment what it said before."""
    by_number: dict[int, list[dict[str, Any]]] = {comment["number"]: [] for comment in comments}
    rows = models.CommentVersion.objects.filter(comment__in=by_number).order_by("until")
    for row in rows:
        by_number[row.comment_id].append({"text": row.text, "until": row.until})
    for comment in comments:
        comment["versions"] = by_number[comment["number"]]


def _add_papers(collections: list[dict[str, Any]]) -> None:
    """Tell of each collection what is in it, in its order, and who else may see it."""
    by_number = {each["number"]: each for each in collections}
    for each in collections:
        each.update(papers=[], members=[])
    rows = models.CollectionPaper.objects.filter(collection__in=by_number).order_by("place")
    for number, *told in rows.values_list("collection_id", "paper__paper_id", "paper__title", "note", "at"):
        by_number[number]["papers"].append(dict(zip(("paper", "title", "note", "at"), told, strict=True)))
    members = models.CollectionMember.objects.filter(collection__in=by_number)
    for number, name, edits in members.values_list("collection_id", "account__username", "edits"):
        by_number[number]["members"].append({"name": name, "edits": edits})
