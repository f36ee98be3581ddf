"""Promises of what people type: it is kept as they mean it, without the signs that a database refuses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from readers import an_actor

from broadsheet.community import Act, Role
from broadsheet.core import accounts, decisions, following, moderating, profile
from broadsheet.core.wants import checked
from broadsheet.digests import Kind, Want
from broadsheet.library import models
from broadsheet.types import Paging

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
TYPED = " Stones\x00 of\r\nold\x1f "


def test_what_is_followed_wanted_and_said_of_oneself_has_no_such_sign() -> None:
    ada = an_actor()
    assert following.follow(ada, "search", TYPED, now=NOW).value == "Stones of old"
    assert checked(Want(Kind.SEARCH, TYPED)).value == "Stones of old"
    assert profile.say(ada, wanted=[TYPED]).wanted == ("Stones of old",)
    accounts.change(ada.key, replace(accounts.settings(ada.key), about=TYPED))
    assert accounts.settings(ada.key).about == "Stones of\nold"


def test_the_reason_of_a_ban_has_no_such_sign_there_and_in_the_log() -> None:
    ada, eve = an_actor(), an_actor("eve", Role.EDITOR)
    moderating.ban(eve, ada.key, NOW + timedelta(days=1), TYPED, now=NOW)
    assert models.Account.objects.get(pk=ada.key).ban_reason == "Stones of\nold"
    (decision,), _ = decisions.recent(eve, Paging())
    assert (decision.act, decision.reason) == (Act.BAN, "Stones of old")
