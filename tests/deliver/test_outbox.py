"""Promises of the administration of delivery: what it shows, and what can be done there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from outbox import a_delivery

from broadsheet.community import Role
from broadsheet.deliver.web.plot import HEIGHT, plot
from broadsheet.library import models
from broadsheet.library.deliveries import Tally
from broadsheet.sending import State

NOW = datetime.now(UTC)


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(models.Account.objects.create(username="root", role=Role.ADMINISTRATOR))
    return client


def act(client: Client, table: str, action: str, *numbers: int) -> str:
    answer = client.post(f"/admin/library/{table}/", {"action": action, "_selected_action": list(numbers)}, follow=True)
    return answer.content.decode()


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize("table", ["subscriber", "subscription", "edition", "delivery", "bounce", "suppression"])
    def test_each_table_is_shown_in_a_bounded_number_of_statements(
        self, root: Client, table: str, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(20):
            delivery = a_delivery(f"{number}@example.org", state="sent", sent_at=NOW)
            address = delivery.edition.subscriber.address
            models.Suppression.objects.create(address=address, reason="bounce", at=NOW)
            models.Bounce.objects.create(source=str(number), delivery=delivery, address=address, kind="hard", at=NOW)
        with django_assert_max_num_queries(14):
            answer = root.get(f"/admin/library/{table}/")
        assert answer.status_code == 200
        assert "19@example.org" in answer.content.decode()

    def test_the_outbox_shows_what_waits_and_what_was_sent(
        self, root: Client, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(3):
            a_delivery(f"{number}@example.org", state="sent", sent_at=NOW)
        a_delivery("bad@example.org", state="failed", claimed_at=NOW)
        a_delivery("late@example.org", next_at=NOW - timedelta(hours=1))
        with django_assert_max_num_queries(10):
            page = root.get("/admin/library/delivery/outbox").content.decode()
        assert "1 waits" in page
        assert "1 is late" in page
        assert page.count("<rect class=") == 2
        assert "<td>3</td><td>1</td><td>0</td>" in page
        assert root.get("/admin/library/delivery/outbox?by=day").status_code == 200

    def test_an_empty_outbox_says_so(self, root: Client) -> None:
        assert "Nothing was sent in this time." in root.get("/admin/library/delivery/outbox").content.decode()

    def test_a_key_to_a_service_is_not_shown(self, root: Client) -> None:
        a_delivery("slack://secret-a/secret-b/secret-c", door="slack")
        page = root.get("/admin/library/subscriber/").content.decode()
        assert "slack://" in page
        assert "secret-b" not in page

    def test_strangers_and_readers_see_nothing(self, client: Client) -> None:
        assert client.get("/admin/library/delivery/outbox").status_code == 302
        client.force_login(models.Account.objects.create(username="ada"))
        assert client.get("/admin/library/delivery/outbox").status_code == 302


@pytest.mark.django_db
class TestActs:
    def test_sending_is_paused_and_goes_on(self, root: Client) -> None:
        root.post("/admin/library/delivery/outbox", {"pause": "1"})
        assert "Sending is paused" in root.get("/admin/library/delivery/outbox").content.decode()
        root.post("/admin/library/delivery/outbox", {"pause": "0"})
        assert not models.SendingPause.objects.exists()

    def test_an_editor_may_look_and_not_pause(self, client: Client) -> None:
        client.force_login(models.Account.objects.create(username="ed", role=Role.EDITOR))
        page = client.post("/admin/library/delivery/outbox", {"pause": "1"}, follow=True).content.decode()
        assert "Only an administrator may pause sending." in page
        assert not models.SendingPause.objects.exists()

    def test_an_edition_is_sent_again_as_one_more_delivery(self, root: Client) -> None:
        delivery = a_delivery(state="sent", sent_at=NOW)
        assert "1 editions are sent again" in act(root, "edition", "send_again", delivery.edition_id)
        assert "1 editions are sent again" in act(root, "delivery", "send_again", delivery.pk)
        assert list(models.Delivery.objects.order_by("pk").values_list("state", flat=True)) == [
            "sent",
            "queued",
            "queued",
        ]
        assert models.Decision.objects.filter(verb="sent an edition again", account__username="root").count() == 2

    def test_what_failed_is_tried_now_and_what_was_sent_is_left_alone(self, root: Client) -> None:
        failed, sent = a_delivery("a@example.org", state="failed"), a_delivery("b@example.org", state="sent")
        assert "1 are tried in a moment" in act(root, "delivery", "try_now", failed.pk, sent.pk)
        failed.refresh_from_db()
        sent.refresh_from_db()
        assert (failed.state, sent.state) == ("queued", "sent")

    def test_a_suppression_is_lifted(self, root: Client) -> None:
        row = models.Suppression.objects.create(address="ada@example.org", reason="bounce", at=NOW)
        act(root, "suppression", "lift", row.pk)
        assert not models.Suppression.objects.exists()

    def test_a_subscriber_is_paused_and_goes_on_and_ends(self, root: Client) -> None:
        number = a_delivery().edition.subscriber_id
        for action, paused, ended in (("pause", True, False), ("resume", False, False), ("end", False, True)):
            assert "1 subscriptions are" in act(root, "subscriber", action, number)
            row = models.Subscription.objects.get()
            assert (row.paused_at is not None, row.ended_at is not None) == (paused, ended)

    def test_a_door_is_opened_where_the_settings_let_it(self, root: Client, settings: Any) -> None:
        form = {"address": "json://hooks.example.org/papers", "zone": "Europe/Berlin", "kind": "trending", "value": "",
                "every": "week", "weekday": "2", "hour": "9"}  # fmt: skip
        assert "is not a door that is open here" in root.post("/admin/library/subscriber/add/", form).content.decode()
        settings.DOORS = ["json"]
        assert root.post("/admin/library/subscriber/add/", form).status_code == 302
        row = models.Subscription.objects.select_related("subscriber").get()
        assert (row.kind, row.every, row.weekday, row.hour) == ("trending", "week", 2, 9)
        assert (row.subscriber.door, row.subscriber.zone) == ("json", "Europe/Berlin")
        assert row.confirmed_at
        assert row.next_at
        assert row.next_at > NOW
        again = root.post("/admin/library/subscriber/add/", form, follow=True).content.decode()
        assert "This door gets this already." in again


class TestPlot:
    def test_bars_stand_on_each_other_and_the_highest_column_fills_the_height(self) -> None:
        hour = NOW.replace(minute=0, second=0, microsecond=0)
        tallies = [
            Tally(hour, State.SENT, 6),
            Tally(hour, State.FAILED, 2),
            Tally(hour - timedelta(hours=1), State.SENT, 4),
        ]
        drawn = plot(tallies, NOW, by_day=False, columns=48)
        assert drawn.most == 8
        earlier, sent, failed = drawn.bars
        assert earlier.height == HEIGHT / 2
        assert failed.y == 0
        assert failed.y + failed.height == sent.y
        assert sent.y + sent.height == HEIGHT
        assert [dict(row.counts)[State.SENT] for row in drawn.rows] == [6, 4]

    def test_what_was_longer_ago_is_left_out(self) -> None:
        assert plot([Tally(NOW - timedelta(days=9), State.SENT, 5)], NOW, by_day=True, columns=3).bars == []
