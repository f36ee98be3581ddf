"""Promises of sessions: the table opens no door, and each browser can be signed out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import SESSION_KEY

from broadsheet.library import models, sessions
from broadsheet.library.sessions import Place, SessionStore

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def a_session(account: models.Account | None = None, place: Place = Place()) -> str:  # noqa: B008 - a frozen value
    store = SessionStore()
    store["words"] = "kept"
    if account:
        store[SESSION_KEY] = str(account.pk)
    store.place = place
    store.save()
    assert store.session_key
    return store.session_key


def an_account(name: str = "ada") -> models.Account:
    return models.Account.objects.create(username=name)


def test_what_is_kept_is_found_by_the_key_and_not_by_what_the_table_has() -> None:
    key = a_session()
    row = models.Session.objects.get()
    assert SessionStore(key)["words"] == "kept"
    assert key not in (row.pk, row.session_data)
    assert SessionStore(row.pk).get("words") is None
    assert SessionStore().exists(key)
    assert not SessionStore().exists(row.pk)


def test_a_new_key_brings_everything_along_and_the_old_one_opens_nothing() -> None:
    key = a_session(an_account())
    store = SessionStore(key)
    store.cycle_key()
    store.save()
    assert store.session_key != key
    assert SessionStore(store.session_key)["words"] == "kept"
    assert SessionStore(key).get("words") is None
    assert models.Session.objects.count() == 1


def test_a_session_that_is_ended_cannot_be_written_again() -> None:
    store = SessionStore(a_session())
    assert store["words"] == "kept"
    SessionStore().delete(store.session_key)
    store.flush()
    assert not models.Session.objects.exists()


def test_when_it_began_stays_and_when_it_was_seen_moves() -> None:
    key = a_session(an_account())
    long_ago = datetime.now(UTC) - timedelta(days=3)
    models.Session.objects.update(made_at=long_ago, seen_at=long_ago)
    store = SessionStore(key)
    store["more"] = 1
    store.save()
    row = models.Session.objects.get()
    assert row.made_at == long_ago
    assert row.seen_at > long_ago


def test_an_expired_session_opens_nothing_and_is_forgotten() -> None:
    key, other = a_session(), a_session()
    models.Session.objects.filter(pk=sessions.digest(key)).update(expire_date=datetime.now(UTC) - timedelta(seconds=1))
    models.CacheRow.objects.create(cache_key="old", value="", expires=datetime.now(UTC) - timedelta(days=1))
    assert SessionStore(key).get("words") is None
    assert sessions.forget_expired(datetime.now(UTC)) == 2
    assert SessionStore(other)["words"] == "kept"


def test_the_browsers_of_an_account_are_listed_its_own_first_and_nobody_else_s() -> None:
    ada, bo = an_account("ada"), an_account("bo")
    own = a_session(ada, Place("192.0.2.1", "Netscape"))
    a_session(ada, Place("192.0.2.2", "Mosaic"))
    a_session(bo, Place("192.0.2.3", "Lynx"))
    listed = sessions.of_account(ada.pk, own, datetime.now(UTC))
    assert [(each.name, each.network, each.own) for each in listed] == [
        ("Netscape", "192.0.2.1", True),
        ("Mosaic", "192.0.2.2", False),
    ]


def test_one_is_ended_by_its_number_and_only_by_its_owner() -> None:
    ada, bo = an_account("ada"), an_account("bo")
    own, other = a_session(ada), a_session(ada)
    number = sessions.of_account(ada.pk, own, datetime.now(UTC))[1].number
    assert sessions.end(bo.pk, number) == 0
    assert sessions.end(ada.pk, "") == 0
    assert sessions.end(ada.pk, number) == 1
    assert SessionStore(other).get("words") is None
    assert SessionStore(own)["words"] == "kept"


def test_all_others_are_ended_at_once() -> None:
    ada, bo = an_account("ada"), an_account("bo")
    own, *_ = (a_session(ada) for _ in range(4))
    of_bo = a_session(bo)
    assert sessions.end_all(ada.pk, but_key=own) == 3
    assert SessionStore(own)["words"] == SessionStore(of_bo)["words"] == "kept"
    assert sessions.end_all(ada.pk) == 1


def test_sessions_go_with_the_account() -> None:
    ada = an_account()
    key = a_session(ada)
    ada.delete()
    assert SessionStore(key).get("words") is None
