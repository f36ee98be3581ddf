"""Promises of the pages of discussions, flags and notifications: written, changed, told and moderated in a browser."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from builders import a_record
from django.test import Client
from lxml import html
from readers import signed_in, text
from xss import CORPUS, dangers

from broadsheet import letters
from broadsheet.community import Role
from broadsheet.library import models
from broadsheet.markdown import LONGEST

pytestmark = pytest.mark.django_db

PAPER = "/papers/arxiv:2603.00001"
WRITE = "/discuss/papers/arxiv:2603.00001"

Library = Callable[..., None]


def parsed(page: str) -> Any:
    return html.fromstring(page)


@pytest.fixture
def ada() -> Client:
    return signed_in("ada")


@pytest.fixture
def bo() -> Client:
    return signed_in("bo")


@pytest.fixture
def eve() -> Client:
    return signed_in("eve", Role.ADMINISTRATOR)


@pytest.fixture
def stone(library: Library) -> None:
    library(
        a_record("A stone to speak of", ids=("arxiv:2603.00001",), featured=date(2026, 3, 17), abstract="Heavy."),
        a_record("Another stone", ids=("arxiv:2603.00002",), featured=date(2026, 3, 17)),
    )


@pytest.fixture(autouse=True)
def without_limits(settings: Any) -> None:
    """How often something may be said is held to its promise in test_limits."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def say(client: Client, words: str = "Heavy.", path: str = WRITE) -> int:
    response = client.post(path, {"text": words})
    assert response.status_code == 302, response.content.decode()
    return int(response.headers["Location"].rpartition("-")[2])


def comment(page: str, key: int) -> Any:
    (found,) = parsed(page).xpath(f"//li[@id='comment-{key}']")
    return found


@pytest.mark.usefixtures("stone")
class TestWriting:
    def test_a_comment_stands_on_the_paper_s_page_and_its_address_leads_there(
        self, client: Client, ada: Client
    ) -> None:
        response = ada.post(WRITE, {"text": "*Heavy* & $x^2$"})
        assert response.headers["Location"] == f"{PAPER}#comment-1"
        page = text(client, PAPER)
        assert "<em>Heavy</em> &amp; " in page
        assert "<msup>" in page
        assert client.get("/comments/1").headers["Location"] == f"{PAPER}#comment-1"
        assert "1 comment" in page

    def test_a_preview_shows_what_it_will_be_keeps_the_words_and_writes_nothing(self, ada: Client) -> None:
        page = ada.post(WRITE, {"text": "*Heavy* </textarea>", "preview": "1"}).content.decode()
        assert "<em>Heavy</em>" in page
        assert parsed(page).xpath("string(//textarea)").strip() == "*Heavy* </textarea>"
        assert not models.Comment.objects.exists()

    @pytest.mark.parametrize(("words", "why"), [("  ", "nothing in it"), ("x" * (LONGEST + 1), "at most 10,000")])
    def test_what_cannot_be_said_is_told_in_words_and_the_words_are_kept(
        self, ada: Client, words: str, why: str
    ) -> None:
        response = ada.post(WRITE, {"text": words})
        assert response.status_code == 422
        assert why in response.content.decode()
        assert words.strip() in response.content.decode()

    def test_a_reply_shows_what_it_replies_to_and_stands_below_it(self, ada: Client, bo: Client) -> None:
        first = say(ada)
        assert "Heavy." in text(bo, f"/comments/{first}/reply")
        reply = say(bo, "How heavy?", f"/comments/{first}/reply")
        assert "depth-1" in comment(text(bo, PAPER), reply).get("class")

    def test_a_reply_far_down_says_what_it_replies_to(self, ada: Client) -> None:
        key = say(ada)
        for depth in range(6):
            key = say(ada, f"depth {depth}", f"/comments/{key}/reply")
        last = comment(text(ada, PAPER), key)
        assert last.get("class") == "comment depth-4"
        assert last.xpath(f".//a[@href='#comment-{key - 1}']/text()") == ["in reply to ada"]

    def test_an_edit_begins_with_what_was_said_and_the_history_shows_what_changed(
        self, client: Client, ada: Client
    ) -> None:
        key = say(ada, "Haevy & <b>round</b>.")
        assert parsed(text(ada, f"/comments/{key}/edit")).xpath("string(//textarea)").strip() == (
            "Haevy & <b>round</b>."
        )
        say(ada, "Heavy & <b>round</b>.", f"/comments/{key}/edit")
        assert f'href="/comments/{key}/history"' in text(client, PAPER)
        page = parsed(text(client, f"/comments/{key}/history"))
        assert (page.xpath("string(//del)"), page.xpath("string(//ins)")) == ("Haevy", "Heavy")
        assert page.xpath("//pre[@class='version']")[-1].text_content() == "Haevy & <b>round</b>."

    def test_what_is_taken_back_is_gone_after_a_question(self, client: Client, ada: Client) -> None:
        key = say(ada)
        assert "for good" in text(ada, f"/comments/{key}/take-back")
        assert "Heavy." in comment(text(client, PAPER), key).text_content()
        assert ada.post(f"/comments/{key}/take-back").headers["Location"] == f"{PAPER}#discussion"
        assert f"comment-{key}" not in text(client, PAPER)
        assert "not here" in text(client, f"/comments/{key}", 404)
        assert "not here" in text(client, f"/comments/{key}/history", 404)

    def test_ids_and_addresses_of_papers_here_and_names_of_readers_are_shown_as_such(
        self, ada: Client, bo: Client
    ) -> None:
        say(ada, "As 2603.00002 and https://arxiv.org/abs/2603.00002v1, not 2603.99999, @bo and @nobody.")
        page = parsed(text(bo, PAPER))
        links = page.xpath("//div[@class='words']//a")
        assert [link.get("href") for link in links] == ["/papers/arxiv:2603.00002"] * 2
        assert page.xpath("//b[@class='mention']/text()") == ["@bo"]

    def test_a_stranger_reads_everything_and_is_asked_to_sign_in_to_speak(self, client: Client, ada: Client) -> None:
        key = say(ada)
        page = text(client, PAPER)
        assert "Sign in</a> to say something" in page
        assert '<textarea id="text"' not in page
        for path in (WRITE, *(f"/comments/{key}/{verb}" for verb in ("reply", "edit", "take-back", "remove", "lock"))):
            assert client.post(path, {"text": "x"}).headers["Location"].startswith("/accounts/login/")
        assert models.Comment.objects.count() == 1

    def test_who_may_not_is_told_so_and_nothing_changes(self, ada: Client, bo: Client) -> None:
        key = say(ada)
        for verb in ("edit", "take-back", "remove", "restore", "lock"):
            for answer in (
                bo.get(f"/comments/{key}/{verb}"),
                bo.post(f"/comments/{key}/{verb}", {"text": "x", "reason": "x"}),
            ):
                assert answer.status_code == 403, verb
        assert bo.post("/lock" + PAPER, {"reason": "x"}).status_code == 403
        assert models.Comment.objects.get().text == "Heavy."
        models.Account.objects.filter(username="bo").update(banned_until=datetime(2999, 1, 1, tzinfo=UTC))
        assert bo.post(WRITE, {"text": "x"}).status_code == 403
        assert '<textarea id="text"' not in text(bo, PAPER)

    def test_nothing_is_written_by_reading_an_address_or_from_another_site(self, ada: Client) -> None:
        key = say(ada)
        strict = signed_in(enforce_csrf_checks=True)
        for path in (
            WRITE,
            f"/comments/{key}/take-back",
            f"/flag{PAPER}",
            "/notifications/read",
            "/notifications/mail",
        ):
            assert strict.post(path, {"text": "x", "reason": "spam"}).status_code == 403
        assert models.Comment.objects.get().text == "Heavy."


@pytest.mark.usefixtures("stone")
class TestListings:
    def test_cards_show_how_much_was_said_with_the_way_there(self, client: Client, ada: Client) -> None:
        for number in range(2):
            say(ada, f"{number} stones")
        for path in ("/", "/day/2026-03-17", "/trending"):
            assert f'<a class="comments" href="{PAPER}#discussion">2 comments</a>' in text(client, path), path

    def test_strangers_read_what_was_said_last_everywhere(self, client: Client, ada: Client) -> None:
        assert "Nobody has said anything yet" in text(client, "/discussions")
        for number in range(52):
            say(ada, f"number {number} of many", WRITE if number % 2 else WRITE.replace("00001", "00002"))
        page = text(client, "/discussions")
        assert page.index("number 51 of") < page.index("number 50 of")
        assert "number 1 of" not in page
        assert "number 1 of" in text(client, "/discussions?page=2")
        assert "There is no page 9" in text(client, "/discussions?page=9")
        assert 'href="/discussions"' in text(client, "/")

    def test_two_hundred_comments_take_as_few_statements_as_two(
        self, ada: Client, eve: Client, django_assert_max_num_queries: Any
    ) -> None:
        row, account = models.Paper.objects.get(paper_id="arxiv:2603.00001"), models.Account.objects.get(username="ada")
        above = None
        for number in range(200):
            words = f"@bo{number} 2603.{number:05}"
            above = models.Comment.objects.create(
                paper=row, account=account, text=words, parent=above if number % 5 else None, at=datetime.now(UTC),
                removed_at=datetime.now(UTC) if number % 50 == 7 else None,
            )  # fmt: skip
        numbers = []
        for client in (Client(headers={"host": "localhost"}), ada, eve):
            text(client, PAPER)
            with django_assert_max_num_queries(23) as several:
                text(client, PAPER)
            numbers.append(len(several))
        models.Comment.objects.filter(pk__gt=2).delete()
        with django_assert_max_num_queries(numbers[0]):
            text(Client(headers={"host": "localhost"}), PAPER)
        assert numbers[0] <= 14

    def test_the_number_of_notices_costs_a_reader_one_statement_and_a_stranger_none(
        self, client: Client, ada: Client, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(6) as strangers:
            text(client, "/")
        with django_assert_num_queries(len(strangers) + 5):  # session, account, votes, what is kept, notices
            text(ada, "/")


@pytest.mark.usefixtures("stone")
class TestEditors:
    def test_an_editor_removes_with_a_reason_and_puts_back(self, client: Client, ada: Client, eve: Client) -> None:
        key = say(ada, "Buy stones!")
        assert eve.post(f"/comments/{key}/remove", {"reason": " "}).status_code == 422
        assert eve.post(f"/comments/{key}/remove", {"reason": "An <b>advertisement"}).status_code == 302
        for reader in (client, ada):
            assert "Buy stones!" not in text(reader, PAPER)
            assert "Removed by an editor: An &lt;b&gt;advertisement" in text(reader, PAPER)
        assert "Buy stones!" in text(eve, PAPER)
        assert "Your comment was removed: An &lt;b&gt;advertisement" in text(ada, "/notifications")
        assert "An &lt;b&gt;advertisement" in text(client, "/decisions")
        eve.post(f"/comments/{key}/restore", {"reason": ""})
        assert "Buy stones!" in text(client, PAPER)

    def test_a_locked_discussion_says_why_and_takes_nothing(self, ada: Client, eve: Client) -> None:
        key = say(ada)
        eve.post("/lock" + PAPER, {"reason": "It is settled."})
        page = text(ada, PAPER)
        assert "locked this discussion: It is settled." in page
        assert '<textarea id="text"' not in page
        assert f"/comments/{key}/reply" not in page
        refused = ada.post(WRITE, {"text": "One more thing"})
        assert refused.status_code == 422
        assert "It is settled." in refused.content.decode()
        eve.post("/lock" + PAPER, {"reason": ""})
        say(ada, "One more thing")

    def test_a_locked_thread_takes_no_replies(self, ada: Client, eve: Client) -> None:
        key = say(ada)
        eve.post(f"/comments/{key}/lock", {"reason": "Enough."})
        assert f"/comments/{key}/reply" not in text(ada, PAPER)
        assert ada.post(f"/comments/{key}/reply", {"text": "x"}).status_code == 422
        eve.post(f"/comments/{key}/lock", {"reason": ""})
        say(ada, "Below", f"/comments/{key}/reply")

    def test_only_editors_see_flags(self, client: Client, ada: Client, bo: Client, eve: Client) -> None:
        key = say(ada)
        bo.post(f"/flag/comments/{key}", {"reason": "abusive"})
        assert "1 flag" in comment(text(eve, PAPER), key).text_content()
        assert "Flagged by you" in comment(text(bo, PAPER), key).text_content()
        for reader in (client, ada, bo):
            assert "1 flag" not in text(reader, PAPER)


@pytest.mark.usefixtures("stone")
class TestFlags:
    @pytest.mark.parametrize("path", [f"/flag{PAPER}", "/flag/comments/1"])
    def test_a_flag_is_thanked_for_changed_and_taken_back(self, ada: Client, bo: Client, path: str) -> None:
        say(ada)
        assert "What is wrong" in text(bo, path)
        assert "Choose what" in bo.post(path, {}).content.decode()
        refused = bo.post(path, {"reason": "other", "words": ""})
        assert refused.status_code == 422
        assert "Thank you." in bo.post(path, {"reason": "other", "words": "Odd <b>"}, follow=True).content.decode()
        assert "Odd &lt;b&gt;" in text(bo, path)
        bo.post(path, {"reason": "spam", "words": ""})
        assert models.Flag.objects.get().reason == "spam"
        assert "taken back" in bo.post(path, {"withdraw": "1"}, follow=True).content.decode()
        assert not models.Flag.objects.exists()

    def test_a_stranger_is_asked_to_sign_in(self, client: Client) -> None:
        assert client.get(f"/flag{PAPER}").headers["Location"].startswith("/accounts/login/")

    def test_what_is_not_there_cannot_be_flagged(self, ada: Client) -> None:
        text(ada, "/flag/comments/99", 404)
        text(ada, "/flag/papers/arxiv:2603.99999", 404)


@pytest.mark.usefixtures("stone")
class TestNotifications:
    def test_the_masthead_says_how_many_are_unread_and_opening_one_marks_it(self, ada: Client, bo: Client) -> None:
        first = say(ada)
        assert "Here you are told" in text(ada, "/notifications")
        reply = say(bo, "How *heavy*?", f"/comments/{first}/reply")
        say(bo, "@ada look", WRITE)
        assert '<span class="number">2</span>' in text(ada, "/")
        page = text(ada, "/notifications")
        assert "replied to you" in page
        assert "mentioned you" in page
        assert "How heavy?" in page
        number = models.Notification.objects.get(comment=reply).pk
        assert ada.post(f"/notifications/{number}").headers["Location"] == f"/comments/{reply}"
        assert '<span class="number">1</span>' in text(ada, "/")
        ada.post("/notifications/read")
        assert '<span class="number">' not in text(ada, "/notifications")

    def test_nobody_reads_or_marks_what_another_was_told(self, ada: Client, bo: Client) -> None:
        say(bo, "@ada look")
        number = models.Notification.objects.get().pk
        assert "look" not in text(bo, "/notifications")
        assert bo.post(f"/notifications/{number}").headers["Location"] == "/notifications"
        assert models.Notification.objects.get().read_at is None

    def test_mails_are_turned_off_on_the_page_and_by_the_address_in_a_mail(
        self, client: Client, ada: Client, settings: Any
    ) -> None:
        settings.EMAIL_HOST = "mail.example.org"
        row = models.Account.objects.get(username="ada")
        assert "Do not mail me" in text(ada, "/notifications")
        ada.post("/notifications/mail", {"on": "0"})
        assert "Mail me about them" in text(ada, "/notifications")
        ada.post("/notifications/mail", {"on": "1"})
        strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
        path = f"/mail/off/{letters.token(row.pk)}"
        assert "Turn these mails off" in text(strict, path)
        row.refresh_from_db()
        assert row.mailed
        assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        row.refresh_from_db()
        assert not row.mailed
        strict.post(path, {"on": "1"})
        row.refresh_from_db()
        assert row.mailed
        text(client, "/mail/off/MQ:forged", 404)

    def test_an_address_of_an_account_that_is_gone_turns_nothing_off_and_says_so(self, client: Client) -> None:
        path = f"/mail/off/{letters.token(999)}"
        assert "get no mails" in text(client, path)


OURS = frozenset(("script", "link", "meta", "form"))
BOOKMARK = "a href=javascript:location='http://localhost/submit?paper='+encodeURIComponent(location)"
"""The link on the form to put a paper forward that is there to be dragged away; it holds nothing that anybody wrote."""


def assert_harmless(page: str) -> None:
    """Nothing on the page acts but our one script, read as a browser reads it."""
    read = parsed(page)
    assert dangers(read), "the reader of pages sees what is ours, so it would see what is not"
    assert not [each for each in dangers(read, OURS) if each != BOOKMARK]
    assert [script.get("src") for script in read.xpath("//script[not(@type='application/ld+json')]")] == [
        "/static/broadsheet.js"
    ]


def an_account_each(prefix: str = "n") -> list[models.Account]:
    return models.Account.objects.bulk_create(
        models.Account(username=f"{prefix}{number}{attack}"[:150]) for number, attack in enumerate(CORPUS)
    )


@pytest.mark.usefixtures("stone")
class TestAttacks:
    """Every string of the corpus through every field that takes words, and every page that shows them."""

    def paper(self) -> models.Paper:
        return models.Paper.objects.get(paper_id="arxiv:2603.00001")

    def test_in_comments_and_by_those_who_are_called_so(self, bo: Client) -> None:
        now, paper = datetime.now(UTC), self.paper()
        for account, attack in zip(an_account_each(), CORPUS, strict=True):
            said = models.Comment.objects.create(
                account=account, paper=paper, text=f"{attack} @{account.username}", at=now
            )
            models.CommentVersion.objects.create(comment=said, text=attack[::-1] + attack, until=now)
            if said.pk % 5 == 0:
                for verb in ("history", "reply"):
                    assert_harmless(text(bo, f"/comments/{said.pk}/{verb}"))
                assert_harmless(text(bo, f"/flag/comments/{said.pk}"))
        page = text(bo, PAPER)
        assert page.count('class="comment depth-0"') == len(CORPUS)
        for shown in (page, text(bo, "/discussions"), text(bo, "/discussions?page=2"), text(bo, "/discussions?page=3")):
            assert_harmless(shown)

    def test_in_previews_and_in_forms_that_are_shown_again(self, bo: Client, eve: Client) -> None:
        key = say(bo)
        for attack in CORPUS:
            assert_harmless(bo.post(WRITE, {"text": attack, "preview": "1"}).content.decode())
            assert_harmless(bo.post(WRITE, {"text": attack + "x" * LONGEST}).content.decode())
            assert_harmless(eve.post(f"/flag/comments/{key}", {"reason": attack, "words": attack}).content.decode())

    def test_in_flags(self, bo: Client) -> None:
        for attack in CORPUS:
            bo.post(f"/flag{PAPER}", {"reason": "other", "words": attack})
            assert_harmless(text(bo, f"/flag{PAPER}"))

    def test_in_lines_that_say_why_a_paper_was_put_forward(self, bo: Client) -> None:
        now, paper = datetime.now(UTC), self.paper()
        models.Submission.objects.bulk_create(
            models.Submission(paper=paper, account=account, why=attack[:280], at=now)
            for account, attack in zip(an_account_each(), CORPUS, strict=True)
        )
        assert_harmless(text(bo, PAPER))
        for attack in CORPUS:
            assert_harmless(bo.post("/submit", {"paper": "", "why": attack}).content.decode())

    def test_in_reasons_of_editors(self, ada: Client, eve: Client) -> None:
        for number, attack in enumerate(CORPUS):
            eve.post(f"/comments/{say(ada, f'number {number}')}/remove", {"reason": attack})
        eve.post("/lock" + PAPER, {"reason": " ".join(CORPUS)[:500]})
        for client in (ada, eve):
            for path in (PAPER, "/decisions", "/decisions?page=2", "/decisions?page=3", "/notifications"):
                assert_harmless(text(client, path))

    def test_in_what_is_looked_for(self, bo: Client) -> None:
        for attack in CORPUS:
            assert_harmless(bo.get("/search", {"q": attack, "category": attack, "after": attack}).content.decode())


def test_history_of_much_that_changed_costs_bounded_work() -> None:
    from broadsheet.deliver.discussion import differences

    one, other = " ".join(f"a{number}" for number in range(2000)), " ".join(f"b{number}" for number in range(2000))
    assert differences(f"begin {one} end", f"begin {other} end") == [
        ("same", "begin "), ("out", one), ("in", other), ("same", " end")
    ]  # fmt: skip
    assert differences("a b c", "a x c") == [("same", "a "), ("out", "b"), ("in", "x"), ("same", " c")]
    assert differences("", "a") == [("in", "a")]
    assert differences("a a a", "a a") == [("same", "a a"), ("out", " a")]
