"""Promises to whoever gives an address: asked once, told the same as everybody, never mailed after saying stop."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from builders import a_record
from subscribers import CHANGED, EVENING, confirmed, proof_in, sent

from broadsheet.core import composing, subscribing
from broadsheet.core.proofs import ProofError, Purpose, prove, proved
from broadsheet.core.store import store
from broadsheet.core.subscribing import AddressError
from broadsheet.core.wants import WantError, checked, named
from broadsheet.digests import Every, Kind, Times, Want
from broadsheet.library import models, subscriptions

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
TRENDING = Want(Kind.TRENDING)


def ask(address: str = "ada@example.org", *wants: Want, now: datetime = NOW) -> None:
    subscribing.subscribe(address, wants or [TRENDING], Times(), "Europe/Berlin", now=now)


class TestAddresses:
    @pytest.mark.parametrize(
        ("typed", "known"),
        [
            (" Ada@Example.ORG ", "ada@example.org"),
            ("ada@bücher.example.org", "ada@xn--bcher-kva.example.org"),
            ("ada+papers@example.org", "ada+papers@example.org"),
            ("ada@lab.local", "ada@lab.local"),
        ],
    )
    def test_an_address_is_known_in_one_spelling(self, typed: str, known: str) -> None:
        assert subscribing.addressed(typed) == known

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "ada",
            "ada@",
            "@example.org",
            "a b@example.org",
            "ada@example.org\nBcc: bo@example.org",
            "ada@-x-.org",
            "ä" * 400,
        ],
    )
    def test_what_is_no_address_is_told_in_a_sentence(self, typed: str) -> None:
        with pytest.raises(AddressError, match=r"is no mail address: .+\."):
            subscribing.addressed(typed)

    def test_an_address_that_is_thrown_away_is_refused_with_the_reason(self) -> None:
        with pytest.raises(AddressError, match="thrown away"):
            subscribing.addressed("ada@mailinator.com")


class TestAsking:
    def test_nothing_but_one_mail_that_asks_is_sent_before_the_owner_says_yes(self) -> None:
        ask()
        assert [(edition.kind, edition.subscriber.confirmed_at) for edition in sent()] == [("confirmation", None)]
        assert subscriptions.due(NOW + timedelta(days=30), 0, 10) == []

    def test_a_known_address_is_answered_like_an_unknown_one(self) -> None:
        who = confirmed(TRENDING)
        ask(who.address)
        ask("bo@example.org")
        kinds = [(edition.kind, edition.deliveries.count()) for edition in sent()[-2:]]
        assert kinds == [("confirmation", 1), ("confirmation", 1)]
        assert [one.want for one in subscribing.running(who)] == [TRENDING]

    def test_whoever_knows_an_address_changes_nothing_of_what_its_owner_confirmed(self) -> None:
        who = confirmed(TRENDING)
        subscribing.subscribe(who.address, [TRENDING], Times(Every.WEEK, 3, 1), "Asia/Tokyo", now=NOW)
        (one,) = subscribing.running(who)
        assert (one.times, subscriptions.subscriber(who.number)) == (Times(), who)

    def test_an_address_is_asked_three_times_a_day_at_most(self) -> None:
        for hour in range(8):
            ask(now=NOW + timedelta(hours=hour))
        assert len(sent()) == subscribing.ASKED_A_DAY
        ask(now=NOW + timedelta(hours=25))
        assert len(sent()) == subscribing.ASKED_A_DAY + 1

    def test_an_address_that_is_never_mailed_is_not_asked_and_nobody_learns_it(self) -> None:
        models.Suppression.objects.create(address="ada@example.org", reason="complaint", at=NOW)
        ask()
        assert sent() == []

    def test_an_address_has_a_bounded_number_of_subscriptions(self) -> None:
        ask("ada@example.org", *(Want(Kind.SEARCH, f"stones {n}") for n in range(subscribing.MOST + 20)))
        assert models.Subscription.objects.count() == subscribing.MOST

    def test_what_nobody_confirms_is_forgotten_after_a_week(self) -> None:
        who = confirmed(TRENDING)
        ask(who.address, Want(Kind.FRONT_PAGE))
        ask("bo@example.org")
        assert subscribing.clear(now=NOW + timedelta(days=6)) == 0
        assert subscribing.clear(now=NOW + timedelta(days=8)) == 2
        assert [(row.address, row.subscriptions.count()) for row in models.Subscriber.objects.all()] == [
            (who.address, 1)
        ]


class TestProofs:
    def test_a_link_confirms_once(self) -> None:
        ask()
        proof = proof_in(sent()[0])
        who = subscribing.confirm(proof, now=NOW)
        (one,) = subscribing.running(who)
        assert one.next_at == datetime(2026, 3, 17, 6, tzinfo=UTC)
        with pytest.raises(ProofError, match="used already"):
            subscribing.confirm(proof, now=NOW)

    def test_a_link_that_was_used_starts_nothing_that_has_ended(self) -> None:
        ask()
        proof = proof_in(sent()[0])
        who = subscribing.confirm(proof, now=NOW)
        subscribing.end(who, None, now=NOW)
        with pytest.raises(ProofError):
            subscribing.confirm(proof, now=NOW)
        assert [one.next_at for one in subscribing.running(who)] == [None]

    def test_a_link_is_good_for_three_days(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ask()
        made, proof = time.time(), proof_in(sent()[0])
        three_days = timedelta(days=3).total_seconds()
        monkeypatch.setattr(time, "time", lambda: made + three_days + 60)
        with pytest.raises(ProofError, match="three days"):
            subscribing.confirm(proof, now=NOW)
        monkeypatch.setattr(time, "time", lambda: made + three_days - 60)
        who = subscribing.confirm(proof, now=NOW)
        assert [one.want for one in subscribing.running(who)] == [TRENDING]

    def test_a_proof_is_good_for_its_purpose_and_its_subscriber_only(self) -> None:
        who, other = confirmed(TRENDING), confirmed(TRENDING, address="bo@example.org")
        for purpose in Purpose:
            proof = prove(who, purpose, 5)
            assert proved(proof, purpose) == (who, [5])
            for wrong in Purpose:
                if wrong is not purpose:
                    with pytest.raises(ProofError):
                        proved(proof, wrong)
            with pytest.raises(ProofError):
                proved(proof.replace(f"{who.number}-", f"{other.number}-", 1), purpose)
            with pytest.raises(ProofError):
                proved(proof.replace("-5", "-6", 1), purpose)

    @pytest.mark.parametrize("proof", ["", ".", "1", "1.", "a.b", "-1.x", "1" * 30 + ".x", "١.x", "0-0.x", "1.ab.cd"])
    def test_whatever_else_stands_in_an_address_proves_nothing(self, proof: str) -> None:
        confirmed(TRENDING)
        for purpose in Purpose:
            with pytest.raises(ProofError):
                proved(proof, purpose)

    def test_new_links_end_the_old_ones(self) -> None:
        who = confirmed(TRENDING)
        old = prove(who, Purpose.MANAGE)
        renewed = subscribing.renew(who)
        with pytest.raises(ProofError):
            proved(old, Purpose.MANAGE)
        assert proved(prove(renewed, Purpose.MANAGE), Purpose.MANAGE)[0] == renewed


class TestChanges:
    def test_nobody_changes_what_is_another_one_s(self) -> None:
        who, other = confirmed(TRENDING), confirmed(TRENDING, address="bo@example.org")
        (theirs,) = subscribing.running(other)
        for verb in (subscribing.pause, subscribing.resume):
            with pytest.raises(WantError):
                verb(who, [theirs.number], now=NOW)
        with pytest.raises(WantError):
            subscribing.change(who, theirs.number, Times(), now=NOW)
        assert subscribing.end(who, [theirs.number], now=NOW) == []
        assert subscribing.running(other) == [theirs]

    def test_another_hour_or_zone_moves_the_next_edition(self) -> None:
        who = confirmed(TRENDING)
        (one,) = subscribing.running(who)
        subscribing.change(who, one.number, Times(hour=18), now=NOW)
        assert subscribing.running(who)[0].next_at == datetime(2026, 3, 16, 17, tzinfo=UTC)
        subscribing.change_zone(who, "America/New_York", now=NOW)
        assert subscribing.running(who)[0].next_at == datetime(2026, 3, 16, 22, tzinfo=UTC)
        with pytest.raises(WantError, match="no time zone"):
            subscribing.change_zone(who, "Mars/Olympus", now=NOW)

    def test_what_is_paused_is_not_due_and_goes_on_with_what_is_new_then(self) -> None:
        who = confirmed(TRENDING)
        (one,) = subscribing.running(who)
        subscribing.pause(who, [one.number], now=NOW)
        assert subscriptions.due(NOW + timedelta(days=30), 0, 10) == []
        store([a_record("A stone"), a_record("Another stone of many")], now=NOW)
        later = NOW + timedelta(days=20)
        subscribing.resume(who, [one.number], now=later)
        (resumed,) = subscribing.running(who)
        assert resumed.next_at
        assert resumed.next_at > later
        assert resumed.position == max(models.Paper.objects.values_list("key", flat=True))

    def test_an_end_can_be_taken_back_but_no_want_comes_twice(self) -> None:
        who = confirmed(TRENDING)
        (one,) = subscribing.running(who)
        subscribing.end(who, [one.number], now=NOW)
        subscribing.subscribe(who.address, [TRENDING], Times(), "UTC", now=NOW)
        subscribing.confirm(proof_in(sent()[-1]), now=NOW)
        subscribing.resume(who, [one.number], now=NOW)
        assert len([each for each in subscribing.running(who) if each.ended_at is None]) == 1
        (living,) = [each for each in subscribing.running(who) if each.ended_at is None]
        subscribing.end(who, [living.number], now=NOW)
        subscribing.resume(who, [one.number], now=NOW)
        assert [each.number for each in subscribing.running(who) if each.ended_at is None] == [one.number]

    def test_whoever_wants_to_be_forgotten_is(self) -> None:
        who = confirmed(TRENDING)
        subscribing.forget(who)
        assert not models.Subscriber.objects.exists()
        assert not models.Edition.objects.exists()
        assert not models.Delivery.objects.exists()


class TestAccounts:
    def test_a_verified_address_of_an_account_is_asked_nothing(self) -> None:
        account = models.Account.objects.create(username="ada")
        assert subscribing.subscribe_account(account.pk, [TRENDING], Times(), "UTC", now=NOW) == ""
        EmailAddress.objects.create(user=account, email="Ada@example.org", verified=True, primary=True)
        assert subscribing.subscribe_account(account.pk, [TRENDING], Times(), "UTC", now=NOW) == "ada@example.org"
        who = subscribing.of_account(account.pk)
        assert who is not None
        assert [one.confirmed_at for one in subscribing.running(who)] == [NOW]
        assert sent() == []

    def test_it_is_told_where_nothing_is_ever_mailed_to(self) -> None:
        account = models.Account.objects.create(username="ada")
        EmailAddress.objects.create(user=account, email="ada@example.org", verified=True, primary=True)
        models.Suppression.objects.create(address="ada@example.org", reason="bounce", at=NOW)
        with pytest.raises(subscribing.SuppressedError, match="bounce"):
            subscribing.subscribe_account(account.pk, [TRENDING], Times(), "UTC", now=NOW)


class TestWants:
    @pytest.mark.parametrize(
        ("want", "why"),
        [
            (Want(Kind.SEARCH, "  "), "Say which search"),
            (Want(Kind.SEARCH, "x" * 301), "too long"),
            (Want(Kind.SEARCH, "-stones"), "asks for nothing"),
            (Want(Kind.SEARCH, "?!"), "asks for nothing"),
            (Want(Kind.AUTHOR, "…"), "no name"),
            (Want(Kind.CATEGORY, "<b>"), "no category"),
            (Want(Kind.COLLECTION, "7"), "no such collection"),
            (Want(Kind.COLLECTION, "x"), "no such collection"),
        ],
    )
    def test_what_makes_no_sense_is_told(self, want: Want, why: str) -> None:
        with pytest.raises(WantError, match=why):
            checked(want)

    def test_what_makes_sense_is_kept_in_one_spelling(self) -> None:
        assert checked(Want(Kind.CATEGORY, " CS.lg ")) == Want(Kind.CATEGORY, "cs.LG")
        assert checked(Want(Kind.SEARCH, " graph \n transformers ")) == Want(Kind.SEARCH, "graph transformers")
        assert checked(Want(Kind.TRENDING, "whatever")) == TRENDING
        assert named(Want(Kind.CATEGORY, "cs.LG")) == "New papers in cs.LG (Machine Learning)"

    def test_a_private_collection_is_offered_to_whom_it_is_shared_with_and_its_title_to_nobody_else(self) -> None:
        ada, bo, cy = (models.Account.objects.create(username=name) for name in ("ada", "bo", "cy"))
        shelf = models.Collection.objects.create(account=ada, title="Secret stones", made_at=NOW, changed_at=NOW)
        shelf.members.create(account=bo)
        want = Want(Kind.COLLECTION, str(shelf.pk))
        for account in (ada.pk, bo.pk):
            assert "Secret stones" in named(checked(want, account), account)
        for stranger in (cy.pk, None):
            with pytest.raises(WantError):
                checked(want, stranger)
            assert "Secret" not in named(want, stranger)


class TestEnd:
    def test_what_is_queued_is_not_sent_after_the_end(self, library: Any, index_folder: Any) -> None:
        from broadsheet import wiring

        who = confirmed(Want(Kind.CATEGORY, "cs.LG"))
        library(a_record("A stone", categories=("cs.LG",), announced=CHANGED.date()))
        assert composing.compose(wiring.index(), wiring.formula(), now=EVENING).made == 1
        (delivery,) = models.Delivery.objects.filter(edition__kind="digest")
        assert delivery.state == "queued"
        subscribing.end(who, None, now=EVENING)
        delivery.refresh_from_db()
        assert (delivery.state, bool(re.search("ended", delivery.reason))) == ("skipped", True)
