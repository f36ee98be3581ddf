"""Promises of the way of a delivery: claimed by one, settled once, recovered when its process is gone."""

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from outbox import NOW, a_delivery

from broadsheet.community import Actor, Role
from broadsheet.core import sending
from broadsheet.core.journal import Journal
from broadsheet.errors import NotAllowedError
from broadsheet.library import deliveries, models
from broadsheet.sending import Outcome, Outgoing, Verdict

ADMINISTRATOR = Actor(key=0, name="root", role=Role.ADMINISTRATOR)


def an_administrator() -> Actor:
    account = models.Account.objects.create(username="root", role=Role.ADMINISTRATOR)
    return Actor(key=account.pk, name="root", role=Role.ADMINISTRATOR)


def claimed(process: str, number: int = 10, **how: Any) -> list[Outgoing]:
    return sending.claim(process, number, **{"doors": ["mail"], "now": NOW, **how})


def came(delivery: models.Delivery | Outgoing, verdict: Verdict = Verdict.ACCEPTED, **said: Any) -> Outcome:
    return Outcome(name=delivery.name, verdict=verdict, **said)


@pytest.mark.django_db
@pytest.mark.database
class TestClaim:
    def test_each_delivery_is_given_to_one_process_those_that_waited_longest_first(self) -> None:
        late, early = a_delivery(next_at=NOW), a_delivery(next_at=NOW - timedelta(hours=1))
        a_delivery(next_at=NOW + timedelta(seconds=1))
        assert [one.name for one in claimed("a", 1)] == [early.name]
        assert [one.name for one in claimed("b")] == [late.name]
        assert claimed("c") == []

    def test_what_needs_no_more_sending_is_skipped_in_words(self) -> None:
        for address in ("bounced", "unconfirmed", "ended", "paused", "gone", "good"):
            a_delivery(f"{address}@example.org")
        deliveries.suppress("BOUNCED@example.org", "bounce", "550", NOW)
        models.Subscriber.objects.filter(address="unconfirmed@example.org").update(confirmed_at=None)
        rows = models.Subscription.objects
        rows.filter(subscriber__address="ended@example.org").update(ended_at=NOW)
        rows.filter(subscriber__address="paused@example.org").update(paused_at=NOW)
        rows.filter(subscriber__address="gone@example.org").delete()
        assert [one.address for one in claimed("a")] == ["good@example.org"]
        told = models.Delivery.objects.filter(state="skipped").values_list("edition__subscriber__address", "reason")
        assert dict(told) == {
            "bounced@example.org": "the address is suppressed",
            "unconfirmed@example.org": "the address is not confirmed",
            "ended@example.org": "the subscription has ended",
            "paused@example.org": "the subscription is paused",
            "gone@example.org": "the subscription has ended",
        }

    def test_one_subscription_that_lives_is_enough(self) -> None:
        delivery = a_delivery()
        other = models.Subscription.objects.create(
            subscriber=delivery.edition.subscriber, kind="search", value="stones", made_at=NOW, confirmed_at=NOW
        )
        models.Subscription.objects.filter(kind="trending").update(ended_at=NOW)
        models.Edition.objects.update(subscriptions=[*delivery.edition.subscriptions, other.pk])
        assert [one.name for one in claimed("a")] == [delivery.name]

    def test_the_mail_that_asks_to_confirm_needs_no_confirmation(self) -> None:
        delivery = a_delivery()
        models.Subscriber.objects.update(confirmed_at=None)
        models.Edition.objects.update(kind="confirmation")
        (found,) = claimed("a")
        assert (found.name, found.asked) == (delivery.name, True)

    def test_what_goes_through_another_door_is_left_for_whoever_opens_it(self) -> None:
        a_delivery("json://example.org/papers", door="json")
        assert claimed("a") == []
        assert not sending.waiting(doors=["mail"], now=NOW)
        assert len(claimed("a", doors=["json"])) == 1

    def test_nothing_is_claimed_while_an_administrator_has_paused_sending(self) -> None:
        root = an_administrator()
        a_delivery()
        sending.pause(root, now=NOW)
        sending.pause(root, now=NOW)
        assert claimed("a") == []
        assert not sending.waiting(doors=["mail"], now=NOW)
        sending.resume(root, now=NOW)
        assert len(claimed("a")) == 1

    def test_a_batch_costs_a_handful_of_statements(self, django_assert_max_num_queries: Any) -> None:
        for number in range(30):
            a_delivery(f"{number}@example.org")
        with django_assert_max_num_queries(8):  # of them two for the transaction
            assert len(claimed("a", 30)) == 30


@pytest.mark.django_db
@pytest.mark.database
class TestSettle:
    def test_pauses_grow_to_two_days_and_differ_a_little(self) -> None:
        means = [pause.total_seconds() for pause in sending.PAUSES]
        assert means == sorted(means)
        assert timedelta(seconds=sum(means)) == timedelta(days=2)
        drawn = {sending.pause_after(1) for _ in range(5)}
        assert len(drawn) == 5
        assert all(pause and timedelta(seconds=54) <= pause <= timedelta(seconds=66) for pause in drawn)
        assert sending.pause_after(len(means) + 1) is None

    def test_what_was_accepted_is_sent_even_if_another_process_has_it_meanwhile(self) -> None:
        delivery = a_delivery()
        claimed("slow")
        sending.release("slow", now=NOW)
        claimed("quick")
        sending.settle("slow", [came(delivery, words="250 OK")], now=NOW)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.response) == ("sent", "250 OK")
        sending.settle("quick", [came(delivery, Verdict.LATER)], now=NOW)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.tries) == ("sent", 1)

    def test_who_has_lost_a_delivery_cannot_put_it_off_or_fail_it(self) -> None:
        delivery = a_delivery()
        claimed("slow")
        sending.release("slow", now=NOW)
        claimed("quick")
        sending.settle("slow", [came(delivery, Verdict.NEVER, hard=True)], now=NOW)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.claimed_by) == ("claimed", "quick")
        assert not models.Suppression.objects.exists()

    def test_what_nobody_could_hand_over_counts_no_try(self) -> None:
        delivery = a_delivery()
        claimed("a")
        sending.settle("a", [came(delivery, Verdict.UNREACHABLE)], now=NOW)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.tries, delivery.next_at) == ("queued", 0, NOW)

    def test_administrators_send_again_retry_and_lift_and_it_is_written_down(self) -> None:
        root = an_administrator()
        delivery = a_delivery()
        claimed("a")
        sending.settle("a", [came(delivery, Verdict.NEVER, hard=True, words="550 no")], now=NOW)
        sending.lift(root, "Ada@example.org", now=NOW)
        assert sending.retry(root, [delivery.pk], now=NOW) == 1
        again = sending.resend(root, delivery.edition_id, now=NOW)
        assert {one.number for one in claimed("b")} == {delivery.pk, again}
        acts = models.Decision.objects.order_by("pk").values_list("verb", "public")
        assert list(acts) == [("let an address be mailed again", False), ("had deliveries tried again", False),
                              ("sent an edition again", False)]  # fmt: skip

    def test_nobody_else_may(self) -> None:
        editor = Actor(key=1, name="ed", role=Role.EDITOR)
        with pytest.raises(NotAllowedError):
            sending.resend(editor, 1, now=NOW)
        with pytest.raises(NotAllowedError):
            sending.pause(editor, now=NOW)


@pytest.mark.django_db
@pytest.mark.database
class TestRecover:
    def test_a_journal_tells_what_became_of_each_claim(self, tmp_path: Path) -> None:
        accepted, refused, begun, untouched = (a_delivery(f"{n}@example.org") for n in range(4))
        claimed("dead")
        journal = Journal(tmp_path, "dead")
        for delivery in (accepted, refused, begun):
            journal.begin(delivery.name)
        journal.end(came(accepted, words="250 OK"))
        journal.end(came(refused, Verdict.NEVER, words="550 5.1.1", hard=True))
        assert sending.recover(tmp_path, now=NOW) == 0  # it lives
        journal.close(settled=False)
        assert sending.recover(tmp_path, now=NOW) == 1
        for delivery in (accepted, refused, begun, untouched):
            delivery.refresh_from_db()
        assert [one.state for one in (accepted, refused, begun, untouched)] == ["sent", "failed", "queued", "queued"]
        assert (begun.tries, begun.response) == (1, sending.IN_DOUBT)
        assert begun.next_at > NOW == untouched.next_at
        assert untouched.tries == 0
        assert models.Suppression.objects.get().address == "1@example.org"
        assert list(tmp_path.iterdir()) == []

    def test_a_claim_without_a_journal_lasts_as_long_as_its_lease(self, tmp_path: Path) -> None:
        delivery = a_delivery()
        claimed("elsewhere")
        assert sending.recover(tmp_path, now=NOW + sending.LEASE) == 0
        assert sending.recover(tmp_path, now=NOW + sending.LEASE * 1.01) == 1
        delivery.refresh_from_db()
        assert (delivery.state, delivery.tries) == ("queued", 1)

    def test_a_process_that_lives_here_keeps_its_claims_however_long(self, tmp_path: Path) -> None:
        delivery = a_delivery()
        claimed("slow")
        journal = Journal(tmp_path, "slow")
        assert sending.recover(tmp_path, now=NOW + sending.LEASE * 9) == 0
        delivery.refresh_from_db()
        assert delivery.state == "claimed"
        journal.close(settled=True)

    def test_a_line_that_was_cut_is_as_if_it_were_not_there(self, tmp_path: Path) -> None:
        delivery = a_delivery()
        claimed("dead")
        journal = Journal(tmp_path, "dead")
        journal.begin(delivery.name)
        journal.end(came(delivery))
        journal.close(settled=False)
        path = tmp_path / "dead.journal"
        path.write_bytes(path.read_bytes()[:-20])
        assert sending.recover(tmp_path, now=NOW) == 1


class Way(RuleBasedStateMachine):
    """Two processes that send, die and are recovered in any order, and a server that counts what it takes."""

    def __init__(self) -> None:
        super().__init__()
        models.Delivery.objects.all().delete()
        models.SendingPause.objects.all().delete()
        self.folder = Path(tempfile.mkdtemp(prefix="broadsheet-way-"))
        self.now = NOW
        self.taken: Counter[str] = Counter()
        self.in_window: set[str] = set()
        self.recorded: dict[str, int] = {}
        self.names = 0
        self.alive: dict[int, tuple[str, Journal]] = {}
        self.hands: dict[int, list[Outgoing]] = {}
        self.unsettled: dict[int, list[Outcome]] = {}

    which = st.integers(0, 1)

    @rule()
    def queue(self) -> None:
        a_delivery(f"{models.Delivery.objects.count()}@example.org", at=self.now)

    @rule(which=which)
    def claim(self, which: int) -> None:
        if which not in self.alive:
            self.names += 1
            name = f"process {self.names}"
            self.alive[which] = name, Journal(self.folder, name)
            self.hands[which], self.unsettled[which] = [], []
        self.hands[which] += claimed(self.alive[which][0], 2, now=self.now)

    @precondition(lambda self: any(self.hands.values()))
    @rule(which=which, answer=st.sampled_from(Verdict), dies=st.booleans(), before=st.booleans())
    def hand_over(self, which: int, answer: Verdict, dies: bool, before: bool) -> None:
        if not self.hands.get(which):
            return
        outgoing = self.hands[which].pop(0)
        journal = self.alive[which][1]
        if answer is not Verdict.UNREACHABLE:
            journal.begin(outgoing.name)
            if dies and before:
                self._die(which)
                return
            self.taken[outgoing.name] += answer is Verdict.ACCEPTED
        if dies:
            self.in_window.add(outgoing.name)
            self._die(which)
            return
        journal.end(came(outgoing, answer))
        self.unsettled[which].append(came(outgoing, answer))

    @rule(which=which)
    def settle(self, which: int) -> None:
        if which in self.alive:
            sending.settle(self.alive[which][0], self.unsettled[which], now=self.now)
            self.unsettled[which] = []

    @rule(which=which)
    def die(self, which: int) -> None:
        if which in self.alive:
            self._die(which)

    @rule()
    def recover(self) -> None:
        sending.recover(self.folder, now=self.now)

    @rule(minutes=st.integers(1, 60))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def what_is_recorded_as_sent_was_taken_and_never_comes_again(self) -> None:
        for name in models.Delivery.objects.filter(state="sent").values_list("name", flat=True):
            assert self.recorded.setdefault(name, self.taken[name]) == self.taken[name] >= 1

    @invariant()
    def what_comes_twice_was_in_the_window(self) -> None:
        assert {name for name, times in self.taken.items() if times > 1} <= self.in_window

    @invariant()
    def what_is_claimed_has_an_owner_or_a_journal_and_nothing_else_has(self) -> None:
        for state, process in models.Delivery.objects.values_list("state", "claimed_by"):
            assert (state == "claimed") == bool(process)

    def teardown(self) -> None:
        for which in list(self.alive):
            self._die(which)
        sending.recover(self.folder, now=self.now)
        assert not models.Delivery.objects.filter(state="claimed").exists()
        for _ in range(40):
            self.now += timedelta(hours=12)
            several = claimed("last", 100, now=self.now)
            sending.settle("last", [came(one) for one in several], now=self.now)
            self.taken.update(one.name for one in several)
        self.what_is_recorded_as_sent_was_taken_and_never_comes_again()
        self.what_comes_twice_was_in_the_window()
        assert set(models.Delivery.objects.values_list("state", flat=True)) <= {"sent", "failed"}

    def _die(self, which: int) -> None:
        """As `kill -9` does it: the lock is gone, the journal stays, the library knows nothing."""
        self.alive.pop(which)[1].close(settled=False)
        self.hands[which], self.unsettled[which] = [], []


@pytest.mark.django_db
@pytest.mark.database
def test_however_processes_die_nothing_is_lost_and_nothing_recorded_comes_twice() -> None:
    run_state_machine_as_test(Way, settings=profile(max_examples=60, stateful_step_count=40, deadline=None))
