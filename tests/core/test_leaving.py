"""Promises to those who go: they can take along all that they gave, and nothing of it stays behind."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from readers import a_stored_paper

from broadsheet.community import Role
from broadsheet.core import accounts, invitations, papers, voting
from broadsheet.library import comments, exporting, models
from broadsheet.rank.trending import Formula

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
FORMULA = Formula(weights={"votes": 2.0, "upvotes": 1.0})
MARK = "zebrafinch"
"""A word that is in everything that the account gives, and in nothing else."""


def said(what: str) -> str:
    return f"{MARK} {what}"


def an_account(name: str) -> models.Account:
    accounts.make(name, "a long way to the stones", email=f"{name}@example.org")
    return models.Account.objects.get(username=name)


def a_full_life(name: str = MARK) -> models.Account:
    """An account with a row in every table that can know it."""
    ada, bo = an_account(name), an_account("bo")
    stone, other = a_stored_paper(), a_stored_paper("arxiv:2603.00002", "Another stone")
    ada.about = said("about me")
    ada.save()
    made = invitations.make(None, Role.READER, now=NOW, mail=f"{MARK}@invited.example")
    invitations.accept(made.number, ada.pk, now=NOW)
    models.Invitation.objects.create(
        code_hash="0" * 64, mail=f"friend-of-{MARK}@example.org", made_at=NOW, until=NOW, made_by=ada
    )
    EmailAddress.objects.create(user=ada, email=f"{MARK}@second.example", verified=True)
    social = SocialAccount.objects.create(user=ada, provider="orcid", uid=f"0000-{MARK}", extra_data={"name": MARK})
    assert social.pk
    Authenticator.objects.create(user=ada, type="totp", data={"secret": MARK})
    models.Session.objects.create(
        session_key="1" * 64, session_data="x", expire_date=NOW, account=ada, made_at=NOW, seen_at=NOW, browser=MARK
    )
    models.Token.objects.create(account=ada, name=said("token"), scopes=["read"], secret_hash="2" * 64, made_at=NOW)
    models.KeptAnswer.objects.create(account=ada, key=MARK, fingerprint="3" * 64, at=NOW, body=said("kept"))
    for paper in (stone, other):
        voting.upvote(ada.pk, paper, now=NOW)
    models.SendingPause.objects.create(at=NOW, account=ada)
    models.Taste.objects.create(account=ada, wanted=[said("wanted")], unwanted=[said("unwanted")])
    models.Unheeded.objects.create(account=ada, paper_id=stone.key, at=NOW)
    models.RankingChange.objects.create(at=NOW, kind="account", said={"votes": 1}, account=ada)
    models.RingMember.objects.create(account=ada, ring=1, members=2, together=9, expected=1.5, found_at=NOW)
    models.Subscriber.objects.create(address=f"{MARK}@third.example", account=ada, secret="s", made_at=NOW)
    at = {"at": NOW}
    on = {"paper_id": stone.key, "at": NOW}
    models.Submission.objects.create(account=ada, why=said("why"), **on)
    models.Claim.objects.create(account=ada, author=said("author"), words=said("claim"), **on)
    question = models.Comment.objects.create(account=bo, text="Is it heavy?", **on)
    answer = models.Comment.objects.create(account=ada, parent=question, text=said("it is"), edited_at=NOW, **on)
    models.CommentVersion.objects.create(comment=answer, text=said("it may be"), until=NOW)
    models.Comment.objects.create(account=bo, parent=answer, text="Thank you.", **on)
    leaf = models.Comment.objects.create(account=ada, text=said("a leaf"), **on)
    models.Comment.objects.create(account=ada, parent=leaf, text=said("a leaf below"), **on)
    models.Comment.objects.create(account=bo, text="Nonsense.", removed_by=ada, removed_at=NOW, **on)
    comments.count(stone.key)
    models.Flag.objects.create(account=ada, comment=question, reason="rude", words=said("rude"), **on)
    own = models.Collection.objects.create(
        account=ada, title=said("list"), about=said("about"), secret=MARK, made_at=NOW, changed_at=NOW
    )
    models.CollectionPaper.objects.create(
        collection=own, paper_id=stone.key, account=ada, place=1, note=said("note"), **at
    )
    theirs = models.Collection.objects.create(account=bo, title="Bo's list", made_at=NOW, changed_at=NOW)
    models.CollectionMember.objects.create(collection=theirs, account=ada)
    models.CollectionMember.objects.create(collection=own, account=bo)
    models.CollectionPaper.objects.create(
        collection=theirs, paper_id=other.key, account=ada, place=1, note=said("in yours"), **at
    )
    models.Reading.objects.create(account=ada, note=said("read it"), state="read", **on)
    models.Follow.objects.create(account=ada, kind="author", value=said("somebody"), **at)
    models.Notification.objects.create(account=ada, kind="decision", words=said("decided"), **at)
    models.Notification.objects.create(account=bo, kind="reply", by=ada, comment=answer, **on)
    models.Decision.objects.create(
        account=ada, verb="remove", subject="comment:9", reason="Nonsense.", undone_by=ada, **at
    )
    for subject in (f"account:{ada.pk}", f"comment:{answer.pk}", f"submission:{ada.submissions.get().pk}"):
        models.Decision.objects.create(
            account=bo, verb="ban", subject=subject, title=MARK, before={"text": said("before")}, reason="Rude.", **at
        )
    kind = ContentType.objects.get_for_model(models.Account)
    for by, obj in ((bo, ada), (ada, bo)):
        LogEntry.objects.create(
            user=by, content_type=kind, object_id=str(obj.pk), object_repr=str(obj), action_flag=CHANGE, action_time=NOW
        )
    return ada


def relations() -> set[tuple[str, str]]:
    """Every column of every table that says which account a row belongs to."""
    return {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is models.Account
    } | {("library.Account", field.name) for field in models.Account._meta.many_to_many}


def places_of(word: str) -> list[str]:
    """Every column of the whole database that has this word in one of its rows."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                found += [f"{table}.{name}" for name, value in zip(columns, row, strict=True) if word in str(value)]
    return found


class TestTakingAlong:
    def test_every_table_that_knows_accounts_is_exported_or_left_out_for_a_reason(self) -> None:
        exported = {(section.model, section.field) for section in exporting.EXPORTED}
        assert exported | set(exporting.LEFT_OUT) == relations()
        assert not exported & set(exporting.LEFT_OUT)
        assert all(exporting.LEFT_OUT.values())

    def test_every_section_tells_what_was_given(self) -> None:
        given = accounts.export(a_full_life().pk)
        assert [section.name for section in exporting.EXPORTED if not given[section.name]] == []
        words = json.dumps(given, cls=DjangoJSONEncoder)
        for what in ("about me", "why", "claim", "it is", "it may be", "a leaf below", "rude", "list", "note",
                     "in yours", "read it", "somebody", "decided"):  # fmt: skip
            assert said(what) in words, what
        assert given["account"]["name"] == MARK
        assert {each["paper"] for each in given["upvotes"]} == {"arxiv:2603.00001", "arxiv:2603.00002"}
        (collection,) = given["collections"]
        assert collection["members"] == [{"name": "bo", "edits": True}]
        assert [each["note"] for each in collection["papers"]] == [said("note")]

    def test_no_secret_and_nothing_of_anybody_else_is_in_it(self) -> None:
        given = accounts.export(a_full_life().pk)
        words = json.dumps(given, cls=DjangoJSONEncoder)
        for secret in ("pbkdf2", "Thank you.", "Is it heavy?", "1" * 64, "2" * 64, '"secret"'):
            assert secret not in words


class TestGoing:
    def test_nothing_is_left_in_any_column_of_any_table(self) -> None:
        ada = a_full_life()
        assert places_of(MARK)
        accounts.delete(ada.pk, FORMULA)
        assert places_of(MARK) == []
        owned = relations() - {("library.Account", "groups"), ("library.Account", "user_permissions")}
        for label, field in owned:
            assert not apps.get_model(label)._default_manager.filter(**{field: ada.pk}).exists(), label

    def test_votes_go_with_the_heat_that_they_made(self) -> None:
        ada = a_full_life()
        accounts.delete(ada.pk, FORMULA)
        stone = papers.paper("arxiv:2603.00001")
        assert stone.votes == 0
        assert not models.Heat.objects.filter(paper=stone.key).exists()

    def test_a_comment_that_was_replied_to_leaves_its_place_and_no_other_does(self) -> None:
        ada = a_full_life()
        accounts.delete(ada.pk, FORMULA)
        rows = models.Comment.objects.order_by("pk").values_list("text", "account__username")
        assert list(rows) == [("Is it heavy?", "bo"), ("", None), ("Thank you.", "bo"), ("Nonsense.", "bo")]
        assert not models.CommentVersion.objects.exists()
        assert papers.paper("arxiv:2603.00001").comments == 2

    def test_an_empty_place_goes_when_the_last_reply_below_it_does(self) -> None:
        ada, bo = an_account("ada"), an_account("bo")
        on: dict[str, Any] = {"paper_id": a_stored_paper().key, "at": NOW}
        first = models.Comment.objects.create(account=ada, text="One", **on)
        models.Comment.objects.create(account=bo, parent=first, text="Two", **on)
        accounts.delete(ada.pk, FORMULA)
        assert models.Comment.objects.count() == 2
        accounts.delete(bo.pk, FORMULA)
        assert not models.Comment.objects.exists()

    def test_others_keep_what_is_theirs(self) -> None:
        ada = a_full_life()
        accounts.delete(ada.pk, FORMULA)
        bo = models.Account.objects.get(username="bo")
        assert [each.paper_id for each in models.CollectionPaper.objects.filter(collection__account=bo)] != []
        assert models.Decision.objects.filter(account=bo, reason="Rude.").count() == 3
        assert models.Flag.objects.get().reason == "rude"

    def test_the_name_is_free_again_and_brings_nothing_back(self) -> None:
        ada = a_full_life()
        accounts.delete(ada.pk, FORMULA)
        again = an_account(MARK)
        assert not accounts.export(again.pk)["comments"]
        assert again.date_joined > NOW - timedelta(days=1)
