"""Promises of the pages for those who are mailed: one field and one button in, one page out, and no link does it alone."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from builders import a_record
from django.core.cache import cache
from django.test import Client
from readers import text
from subscribers import MORNING, confirmed, mail, proof_in, sent

from broadsheet import letters, wiring
from broadsheet.core import accounts, composing, subscribing
from broadsheet.core.proofs import Purpose, prove
from broadsheet.deliver.mail import ways
from broadsheet.digests import Every, Kind, Subscriber, Times, Want
from broadsheet.library import models, subscriptions
from broadsheet.rank.trending import Formula

pytestmark = pytest.mark.django_db

TRENDING = Want(Kind.TRENDING)


@pytest.fixture(autouse=True)
def house(settings: Any) -> Iterator[None]:
    """A house that sends mail, in which nobody has asked for anything yet."""
    settings.EMAIL_HOST = "127.0.0.1"
    cache.clear()
    yield
    cache.clear()


def path_of(url: str) -> str:
    return url.removeprefix(letters.address())


def manage_path(who: Subscriber) -> str:
    return f"/subscriptions/{prove(who, Purpose.MANAGE)}"


class TestSubscribing:
    def test_one_field_and_one_button_on_every_page(self, client: Client) -> None:
        html = text(client, "/trending")
        (form,) = re.findall(r'<form class="inbox".*?</form>', html, re.DOTALL)
        assert form.count("<button") == 1
        assert len(re.findall(r'<input (?![^>]*type="hidden")', form)) == 1
        assert "csrf" not in form
        response = client.post("/subscribe/address", {"address": "Ada@Example.org", "zone": "Asia/Tokyo"})
        assert "Look into your mailbox" in response.content.decode()
        who = subscriptions.at("ada@example.org")
        assert who is not None
        assert (who.zone, [one.want for one in subscriptions.of(who.number)]) == ("Asia/Tokyo", [TRENDING])

    def test_a_known_address_a_new_one_and_one_that_is_never_mailed_are_answered_alike(self, client: Client) -> None:
        confirmed(TRENDING)
        models.Suppression.objects.create(address="cy@example.org", reason="complaint", at=MORNING)
        answers = [
            client.post("/subscribe/address", {"address": address}).content.decode().replace(address, "X")
            for address in ("ada@example.org", "bo@example.org", "cy@example.org")
        ]
        assert answers[0] == answers[1] == answers[2]

    def test_what_is_no_address_is_told_and_kept_in_the_form(self, client: Client) -> None:
        response = client.post("/subscribe/address", {"address": "ada@@<b>"})
        html = response.content.decode()
        assert response.status_code == 422
        assert "is no mail address" in html
        assert 'value="ada@@&lt;b&gt;"' in html
        assert sent() == []

    def test_a_network_is_bounded(self, client: Client) -> None:
        codes = [
            client.post("/subscribe/address", {"address": f"reader{n}@example.org"}).status_code for n in range(25)
        ]
        assert codes == [200] * 20 + [429] * 5

    def test_the_form_has_everything_and_is_filled_in_by_its_address(self, client: Client) -> None:
        html = text(client, "/subscribe?want=search:graph+transformers&want=trending&every=week&weekday=4&hour=18")
        assert 'value="search:graph transformers" checked> New papers for “graph transformers”' in html
        assert 'value="trending" checked' in html
        assert 'value="front-page">' in html
        for chosen in ('value="week" selected', 'value="4" selected', 'value="18" selected'):
            assert chosen in html
        said = {
            "address": "ada@example.org", "want": ["search:graph transformers", "front-page"], "category": "cs.LG",
            "author": "Ada Lovelace", "search": "", "every": "week", "weekday": "4", "hour": "18", "zone": "Europe/Berlin",
        }  # fmt: skip
        assert client.post("/subscribe", said).status_code == 200
        who = subscriptions.at("ada@example.org")
        assert who is not None
        found = subscriptions.of(who.number)
        assert {one.want for one in found} == {
            Want(Kind.SEARCH, "graph transformers"), Want(Kind.FRONT_PAGE), Want(Kind.CATEGORY, "cs.LG"),
            Want(Kind.AUTHOR, "Ada Lovelace"),
        }  # fmt: skip
        assert {one.times for one in found} == {Times(Every.WEEK, 4, 18)}

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("every", "never", "Choose how often"), ("hour", "24", "Choose a day"), ("weekday", "x", "Choose how often"),
            ("zone", "Mars/Olympus", "no time zone"), ("want", "nonsense", "Choose at least one"),
            ("want", "category:<b>", "is no category"),
        ],
    )  # fmt: skip
    def test_what_makes_no_sense_is_told(self, client: Client, field: str, value: str, words: str) -> None:
        said = {"address": "ada@example.org", "want": "trending", "zone": "UTC"} | {field: value}
        response = client.post("/subscribe", said)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert "<b>" not in response.content.decode().replace("Mails go to <b>", "")
        assert sent() == []

    def test_a_house_without_a_mail_server_says_so(self, client: Client, settings: Any) -> None:
        settings.EMAIL_HOST = ""
        assert '<form class="inbox"' not in text(client, "/trending")
        assert "sends no mail yet" in text(client, "/subscribe")
        response = client.post("/subscribe/address", {"address": "ada@example.org"})
        assert (response.status_code, sent()) == (422, [])

    def test_a_signed_in_reader_with_a_verified_address_is_subscribed_at_once(self, client: Client) -> None:
        accounts.make("ada", "a long way to the stones")
        row = models.Account.objects.get()
        EmailAddress.objects.create(user=row, email="ada@example.org", verified=True, primary=True)
        client.force_login(row)
        assert 'name="address"' not in text(client, "/subscribe").replace('<form class="inbox"', "")
        response = client.post("/subscribe", {"want": "trending", "zone": "UTC"}, follow=True)
        assert "mails go to ada@example.org" in response.content.decode()
        assert "Trending papers" in response.content.decode()
        assert sent() == []

    def test_what_subscribes_an_account_needs_the_token_of_its_own_session(self) -> None:
        strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
        assert strict.post("/subscribe", {"address": "ada@example.org", "want": "trending"}).status_code == 403
        assert strict.post("/subscribe/address", {"address": "ada@example.org"}).status_code == 200

    def test_a_sample_shows_what_would_come(self, client: Client, library: Callable[..., None]) -> None:
        library(a_record("Graph transformers & <b>", announced=date(2026, 3, 17), abstract="First. Second. Third."))
        html = text(client, "/subscribe/preview?want=search:graph+transformers")
        assert "Graph transformers &amp; &lt;b&gt;" in html
        assert "First. Second." in html
        assert "Third." not in html
        assert "/subscribe?want=search%3Agraph+transformers" in html
        assert "Nothing among the newest papers" in text(client, "/subscribe/preview?want=author:Nobody")
        assert sent() == []


class TestConfirming:
    def test_reading_the_link_changes_nothing_and_its_button_confirms_once(self, client: Client) -> None:
        client.post("/subscribe/address", {"address": "ada@example.org"})
        path = f"/subscriptions/confirm/{proof_in(sent()[0])}"
        for _ in range(3):
            assert "Yes, send it to me" in text(client, path)
            client.head(path)
        who = subscriptions.at("ada@example.org")
        assert who is not None
        assert who.confirmed_at is None
        response = client.post(path, follow=True)
        assert "it is confirmed" in response.content.decode()
        assert "Your subscriptions" in response.content.decode()
        assert client.post(path).status_code == 410
        assert "used already" in text(client, path, 410)

    def test_what_proves_nothing_says_what_to_do(self, client: Client) -> None:
        who = confirmed(TRENDING)
        proof = prove(who, Purpose.MANAGE)
        for path in (f"/subscriptions/confirm/{proof}", f"/subscriptions/{proof}x", f"/unsubscribe/{proof}", f"/digests/{proof}/",
                     f"/digests/{proof}/1", f"/digests/{proof}/1/mail", "/subscriptions/1.x"):  # fmt: skip
            html = text(client, path, 410)
            assert "This link leads nowhere any more" in html
            assert who.address not in html

    def test_pages_with_a_proof_are_kept_by_nobody_and_named_to_no_other_site(self, client: Client) -> None:
        who = confirmed(TRENDING)
        for path in (
            manage_path(who),
            f"/digests/{prove(who, Purpose.READ)}/",
            f"/unsubscribe/{prove(who, Purpose.STOP, 1)}",
        ):
            headers = client.get(path).headers
            assert headers["Referrer-Policy"] == "same-origin"
            assert "no-store" in headers["Cache-Control"]
            assert headers["X-Robots-Tag"] == "noindex"


class TestManaging:
    def test_one_page_changes_pauses_ends_and_starts_again(self, client: Client) -> None:
        who = confirmed(TRENDING, Want(Kind.SEARCH, "<i>stones</i>"))
        path = manage_path(who)
        first, second = subscribing.running(who)

        def do(what: str, number: int = first.number, **said: str) -> str:
            return client.post(path, {"do": what, "number": number} | said, follow=True).content.decode()

        assert "&lt;i&gt;stones&lt;/i&gt;" in text(client, path)
        do("save", every="week", weekday="4", hour="18")
        assert subscribing.running(who)[0].times == Times(Every.WEEK, 4, 18)
        assert "Paused" in do("pause")
        assert "Paused" not in do("resume")
        do("zone", zone="Asia/Tokyo")
        assert subscriptions.at(who.address).zone == "Asia/Tokyo"  # type: ignore[union-attr]
        assert "Start again" in do("end")
        assert [one.ended_at is None for one in subscribing.running(who)] == [True, False]
        do("resume")
        assert [one.ended_at for one in subscribing.running(who)] == [None, None]
        assert "Nothing is sent to this address now" in do("end-all")
        assert "form did not say" in do("dance")
        assert second.number

    def test_another_one_s_subscription_is_not_to_be_changed_here(self, client: Client) -> None:
        who, other = confirmed(TRENDING), confirmed(TRENDING, address="bo@example.org")
        (theirs,) = subscribing.running(other)
        for do in ("save", "pause", "end", "resume"):
            client.post(manage_path(who), {"do": do, "number": theirs.number, "hour": "3"})
        assert subscribing.running(other) == [theirs]

    def test_it_is_changed_by_post_with_a_token_only(self) -> None:
        who = confirmed(TRENDING)
        strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
        assert strict.post(manage_path(who), {"do": "end-all"}).status_code == 403
        assert strict.get(f"{manage_path(who)}?do=end-all").status_code == 200
        assert [one.ended_at for one in subscribing.running(who)] == [None]

    def test_new_links_end_the_old_ones_and_lead_on(self, client: Client) -> None:
        path = manage_path(confirmed(TRENDING))
        response = client.post(path, {"do": "renew"}, follow=True)
        assert response.status_code == 200
        assert client.get(path).status_code == 410

    def test_an_address_can_be_deleted(self, client: Client) -> None:
        path = manage_path(confirmed(TRENDING))
        assert "is deleted" in client.post(path, {"do": "forget"}).content.decode()
        assert client.get(path).status_code == 410
        assert not models.Subscriber.objects.exists()

    def test_signed_in_readers_are_led_to_theirs(self, client: Client) -> None:
        assert client.get("/subscriptions/").headers["Location"].startswith("/accounts/login/")
        row = models.Account.objects.create(username="ada")
        client.force_login(row)
        assert client.get("/subscriptions/").headers["Location"] == "/subscribe"
        EmailAddress.objects.create(user=row, email="ada@example.org", verified=True, primary=True)
        who = confirmed(TRENDING)
        assert client.get("/subscriptions/").headers["Location"] == manage_path(who)


@pytest.fixture
def who(library: Callable[..., None]) -> Subscriber:
    """A subscriber of two things, to whom one digest was composed."""
    found = confirmed(Want(Kind.CATEGORY, "cs.LG"))
    confirmed(Want(Kind.AUTHOR, "Bo"), times=Times(Every.MONTH))
    library(a_record("A stone <b>", announced=date(2026, 3, 17), categories=("cs.LG",), abstract="Heavy. Round. Old."))
    composing.compose(wiring.index(), Formula(), now=MORNING)
    return found


class TestEnding:
    def test_reading_the_link_ends_nothing_and_the_button_does(self, client: Client, who: Subscriber) -> None:
        path = path_of(ways.ways(who, sent()[-1].pk).stop)
        for _ in range(2):
            assert "New papers in cs.LG" in text(client, path)
            client.head(path)
        assert all(one.ended_at is None for one in subscribing.running(who))
        html = client.post(path).content.decode()
        assert "It has ended" in html
        assert [one.want.kind for one in subscribing.running(who) if one.ended_at] == [Kind.CATEGORY]
        assert "ended already" in text(client, path)
        assert models.Delivery.objects.latest("pk").state == "skipped"

    def test_a_mail_program_ends_it_by_one_click_without_cookies_as_rfc_8058_says(self, who: Subscriber) -> None:
        strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
        path = path_of(ways.stop(who, sent()[-1].pk))
        for _ in range(2):  # programs try again, and it is no error
            response = strict.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
            assert response.status_code == 200
        assert [one.want.kind for one in subscribing.running(who) if one.ended_at] == [Kind.CATEGORY]

    def test_the_address_in_the_header_is_the_one_in_the_mail(self, who: Subscriber) -> None:
        edition = sent()[-1]
        assert ways.stop(who, edition.pk) in mail(edition).text


class TestReading:
    def test_a_digest_is_a_page_and_in_the_archive(self, client: Client, who: Subscriber) -> None:
        to = ways.ways(who, sent()[-1].pk)
        html = text(client, path_of(to.read))
        for words in ("Tuesday, 17 March 2026", "A stone &lt;b&gt;", "Heavy. Round.", "new in cs.LG"):
            assert words in html
        archive = text(client, path_of(to.archive))
        assert f'href="{sent()[-1].pk}"' in archive
        assert "1 in cs.LG" in archive
        assert "Confirm" not in archive

    def test_the_page_that_shows_the_mail_lets_it_do_nothing(self, client: Client, who: Subscriber) -> None:
        response = client.get(f"{path_of(ways.ways(who, sent()[-1].pk).read)}/mail")
        assert response.content.decode() == mail(sent()[-1]).html
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy

    def test_nobody_reads_another_one_s(self, client: Client, who: Subscriber) -> None:
        other = confirmed(TRENDING, address="bo@example.org")
        number = models.Edition.objects.get(kind="digest").pk
        for path in ("", "/mail"):
            assert client.get(f"/digests/{prove(other, Purpose.READ)}/{number}{path}").status_code == 410
        assert client.get(f"/digests/{prove(who, Purpose.READ)}/999").status_code == 410

    def test_the_pages_take_few_statements(
        self, client: Client, who: Subscriber, django_assert_max_num_queries: Any
    ) -> None:
        to = ways.ways(who, sent()[-1].pk)
        for path in (to.read, to.archive, to.manage, to.stop):
            with django_assert_max_num_queries(6):
                client.get(path_of(path))
