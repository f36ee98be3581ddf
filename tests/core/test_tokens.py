"""Promises of tokens: they let a program do what they were made for, no longer than meant, and nobody learns them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from readers import an_actor

from broadsheet.core import tokens
from broadsheet.core.tokens import TokenError
from broadsheet.errors import NotAllowedError
from broadsheet.library import models
from broadsheet.people import Scope

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def a_secret(name: str = "ada", *scopes: Scope, days: int | None = None) -> str:
    return tokens.make(an_actor(name), "a program", scopes or (Scope.READ,), now=NOW, days=days).secret


def test_a_secret_tells_whose_it_is_and_what_it_may() -> None:
    found = tokens.bearer(a_secret("ada", Scope.WRITE, Scope.READ), now=NOW)
    assert found is not None
    assert (found.actor, set(found.scopes)) == (an_actor("ada"), {Scope.READ, Scope.WRITE})


def test_the_library_does_not_know_the_secret_and_its_hash_opens_nothing() -> None:
    secret = a_secret()
    (row,) = models.Token.objects.values_list()
    assert secret not in str(row)
    for guess in (models.Token.objects.get().secret_hash, secret[:-1], secret + "A", "bs_", "", secret[3:]):
        assert tokens.bearer(guess, now=NOW) is None


def test_a_secret_is_known_by_its_beginning_and_none_is_like_another() -> None:
    several = {a_secret() for _ in range(5)}
    assert len(several) == 5
    assert all(secret.startswith("bs_") and len(secret) == 46 for secret in several)


def test_it_is_good_for_its_days_or_until_it_is_ended() -> None:
    brief, lasting = a_secret(days=3), a_secret()
    assert tokens.bearer(brief, now=NOW + 2 * DAY)
    assert tokens.bearer(brief, now=NOW + 3 * DAY) is None
    assert tokens.bearer(lasting, now=NOW + 3000 * DAY)
    newest, _ = tokens.of_account(an_actor().key)
    tokens.end(an_actor().key, newest.number)
    assert tokens.bearer(lasting, now=NOW) is None
    with pytest.raises(TokenError, match="ended already"):
        tokens.end(an_actor().key, newest.number)


def test_nobody_ends_the_token_of_another() -> None:
    secret = a_secret("ada")
    with pytest.raises(TokenError, match="no token"):
        tokens.end(an_actor("bo").key, models.Token.objects.get().pk)
    assert tokens.bearer(secret, now=NOW)


def test_with_its_account_a_token_is_closed_and_gone_and_while_that_may_only_read_so_may_it() -> None:
    secret, account = a_secret("ada", Scope.READ, Scope.WRITE), models.Account.objects.filter(username="ada")
    account.update(banned_until=NOW + DAY)
    banned = tokens.bearer(secret, now=NOW)
    assert banned is not None
    assert (banned.actor.banned, set(banned.scopes)) == (True, {Scope.READ})
    assert Scope.WRITE in getattr(tokens.bearer(secret, now=NOW + DAY), "scopes", ())
    account.update(is_active=False)
    assert tokens.bearer(secret, now=NOW) is None
    account.update(is_active=True)
    assert tokens.bearer(secret, now=NOW)
    models.Account.objects.all().delete()
    assert tokens.bearer(secret, now=NOW) is None
    assert not models.Token.objects.exists()


def test_the_last_use_is_noted_at_most_once_a_minute() -> None:
    secret = a_secret()
    for seconds, noted, statements in ((0, 0, 2), (59, 0, 1), (61, 61, 2)):
        with CaptureQueriesContext(connection) as asked:
            tokens.bearer(secret, now=NOW + timedelta(seconds=seconds))
        assert len(asked) == statements
        assert tokens.of_account(an_actor().key)[0].used_at == NOW + timedelta(seconds=noted)


def test_what_makes_no_sense_is_named() -> None:
    ada = an_actor()
    for name, scopes, days, said in (
        ("  ", {Scope.READ}, None, "Name the program"),
        ("x" * 61, {Scope.READ}, None, "Name the program"),
        ("x", set(), None, "one or more of read, write, subscriptions"),
        ("x", {Scope.READ}, 0, "1 to 3650 days"),
    ):
        with pytest.raises(TokenError, match=said):
            tokens.make(ada, name, scopes, now=NOW, days=days)
    with pytest.raises(NotAllowedError):
        tokens.make(an_actor("bo", banned=True), "x", {Scope.READ}, now=NOW)
    assert not models.Token.objects.exists()


def test_an_account_has_fifty_at_most() -> None:
    for _ in range(tokens.MOST):
        a_secret()
    with pytest.raises(TokenError, match="at most 50"):
        a_secret()
    assert a_secret("bo")
