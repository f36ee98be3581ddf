"""Promises to programs that are told of events, kept over real requests to a real server on loopback."""

import html
import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import a_record
from django.test import Client
from receiver import Receiver

from broadsheet import wiring
from broadsheet.community import Actor, Role
from broadsheet.core import accounts, hooks, indexing, papers, submitting, trending
from broadsheet.core.hooks import HookError
from broadsheet.core.store import store
from broadsheet.deliver import hooks as calls
from broadsheet.deliver import present
from broadsheet.errors import BroadsheetError, NotAllowedError
from broadsheet.library import models
from broadsheet.sending import Event, Hook, Verdict
from broadsheet.sources import http

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

Run = Callable[..., subprocess.CompletedProcess[str]]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def receiver(tmp_path: Path, settings: Any, index_folder: Path) -> Iterator[Receiver]:
    settings.OUTBOX_FOLDER, settings.PACE_FOLDER = tmp_path / "outbox", tmp_path / "pace"
    with Receiver() as program:
        settings.PRIVATE_HOSTS = [program.host]
        yield program


def a_hook(receiver: Receiver, *events: Event, query: str = "") -> Hook:
    return hooks.add(None, receiver.url, events or (Event.PAPER,), query, now=NOW)


def papers_come(*numbers: int, title: str = "A stone", now: datetime = NOW, **fields: Any) -> None:
    store([a_record(f"{title}, number {n}", ids=(f"arxiv:2603.{n:05}",), **fields) for n in numbers], now=now)


def tell(now: datetime = NOW, *, rising: bool = False) -> int:
    return hooks.tell(wiring.index(), wiring.formula(), calls.paper, rising=rising, now=now)


def call(clock: Callable[[], datetime]) -> str:
    return calls.sender(clock).run(threading.Event())


def ids(*numbers: int) -> list[str]:
    return [f"arxiv:2603.{n:05}" for n in numbers]


def state() -> tuple[str, int, str]:
    row = models.Delivery.objects.get()
    return row.state, row.tries, row.response


def test_a_program_is_told_of_what_comes_in_and_of_nothing_that_was_there(receiver: Receiver) -> None:
    papers_come(1)
    hook = a_hook(receiver)
    papers_come(2, 3, authors=("Ada Lovelace",), published=NOW.date())
    papers_come(1, abstract="Now with an abstract.")
    assert tell() == 1
    assert tell() == 0
    assert call(Clock()) == "1 sent"
    (made,) = receiver.calls
    assert made.papers == ids(2, 3)
    assert made.said["type"] == "paper.new"
    assert datetime.fromisoformat(made.said["timestamp"]) == NOW
    first = made.said["data"]["papers"][0]
    same = json.loads(json.dumps(present.paper(papers.paper("2603.00002"))))
    assert {name: first[name] for name in same} == same
    assert first["page"].endswith("/papers/arxiv:2603.00002")
    assert hooks.hook(hook.number).secret == hook.secret


def test_a_call_is_signed_as_the_specification_says(receiver: Receiver) -> None:
    hook = a_hook(receiver)
    papers_come(1, title="Ein Stein für alle, 石")
    tell()
    call(Clock())
    (made,) = receiver.calls
    assert hook.secret.startswith("whsec_")
    assert made.is_signed(hook.secret)
    assert not made.is_signed("whsec_" + "A" * 43 + "=")
    assert made.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert made.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "fault", [500, 503, 404, 429, "cut", "silent", "http://127.0.0.1:1/", "http://169.254.169.254/"]
)
def test_what_fails_is_called_again_later_under_the_same_name_with_the_same_words(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, fault: int | str
) -> None:
    monkeypatch.setattr(http, "READ", 0.2)
    a_hook(receiver)
    papers_come(1)
    tell()
    receiver.next.extend([fault, fault])
    clock = Clock()
    call(clock)
    assert state()[:2] == ("queued", 1)
    assert call(clock) == ""
    clock.now += timedelta(minutes=2)
    call(clock)
    assert state()[:2] == ("queued", 2)
    clock.now += timedelta(minutes=7)
    call(clock)
    assert state() == ("sent", 3, "200 the words of the program")
    names, bodies = {made.name for made in receiver.calls}, {made.body for made in receiver.calls}
    assert len(receiver.calls) == 3
    assert len(names) == len(bodies) == 1


def test_a_program_that_is_away_for_two_days_is_paused_and_administrators_hear_of_it(receiver: Receiver) -> None:
    accounts.make("root", "a long way to the stones", role=Role.ADMINISTRATOR)
    hook = a_hook(receiver)
    papers_come(1)
    tell()
    receiver.always = 503
    clock = Clock()
    while models.Delivery.objects.filter(state="queued").exists():
        call(clock)
        clock.now = max(clock.now, models.Delivery.objects.get().next_at)
    assert timedelta(hours=42) < clock.now - NOW < timedelta(hours=54)
    assert tell(clock.now) == 0
    paused = hooks.hook(hook.number)
    assert paused.paused_at == clock.now
    assert "given up after two days: 503" in paused.why
    (notice,) = models.Notification.objects.all()
    assert notice.account.username == "root"
    assert "is paused" in notice.words

    papers_come(2)
    assert tell(clock.now) == 0
    receiver.always, before = 200, len(receiver.calls)
    assert hooks.resume(None, hook.number, now=clock.now) == 1
    assert tell(clock.now) == 1
    assert call(clock) == "2 sent"
    assert sorted(paper for made in receiver.calls[before:] for paper in made.papers) == ids(1, 2)
    assert tell(clock.now) == 0


def test_a_program_that_says_it_is_gone_is_called_no_more(receiver: Receiver) -> None:
    hook = a_hook(receiver)
    papers_come(1)
    tell()
    receiver.always = 410
    call(Clock())
    assert state()[:2] == ("failed", 1)
    tell()
    assert hooks.hook(hook.number).paused_at


def test_an_address_inside_the_network_is_not_called_unless_it_is_named(receiver: Receiver, settings: Any) -> None:
    settings.PRIVATE_HOSTS = []
    hook = a_hook(receiver)
    papers_come(1)
    tell()
    call(Clock())
    assert receiver.calls == []
    assert "not a public address" in state()[2]
    tell()
    assert hooks.hook(hook.number).paused_at


def test_a_large_import_makes_few_calls_and_tells_of_every_paper_once(receiver: Receiver) -> None:
    a_hook(receiver)
    papers_come(*range(1, 2501))
    clock, most = Clock(), 0
    while tell(clock.now):
        most = max(most, models.Delivery.objects.filter(state="queued").count())
        while models.Delivery.objects.filter(state="queued").exists():
            call(clock)
    told = [paper for made in receiver.calls for paper in made.papers]
    assert sorted(told) == ids(*range(1, 2501))
    assert len(receiver.calls) == 25
    assert max(len(made.papers) for made in receiver.calls) == hooks.PAPERS
    assert most < hooks.AHEAD + hooks.AT_ONCE / hooks.PAPERS


def test_no_call_is_large_however_long_the_papers_are(receiver: Receiver) -> None:
    a_hook(receiver)
    papers_come(*range(1, 31), abstract="stone " * 20_000)
    while tell():
        call(Clock())
    assert sorted(paper for made in receiver.calls for paper in made.papers) == ids(*range(1, 31))
    assert max(len(made.body) for made in receiver.calls) < hooks.LARGEST + 10_000


def test_a_hook_with_a_query_is_told_of_papers_that_match_it(receiver: Receiver, index_folder: Path) -> None:
    a_hook(receiver, query='"water lanterns"')
    papers_come(1, title="Stones for all")
    papers_come(2, title="Water lanterns for all")
    assert tell() == 0  # there is no index yet, so the hook waits
    indexing.catch_up(index_folder, wiring.embedder())
    wiring.index.cache_clear()
    assert tell() == 1
    call(Clock())
    assert [made.papers for made in receiver.calls] == [ids(2)]


def test_what_readers_put_forward_is_told_with_who_and_why(receiver: Receiver) -> None:
    accounts.make("ada", "a long way to the stones")
    ada = Actor(key=models.Account.objects.get().pk, name="ada")
    papers_come(1)
    a_hook(receiver, Event.SUBMISSION)
    papers_come(2)
    told: dict[str, Any] = {"nod": False, "http": wiring.http(), "formula": wiring.formula(), "now": NOW}
    submitting.submit("2603.00001", "It rolls.", actor=ada, **told)
    assert tell() == 1
    call(Clock())
    (made,) = receiver.calls
    assert (made.said["type"], made.papers) == ("paper.submitted", ids(1))
    assert made.said["data"]["papers"][0]["put_forward"] == [{"by": "ada", "why": "It rolls."}]


def test_what_comes_to_rise_is_told_once(receiver: Receiver) -> None:
    a_hook(receiver, Event.TRENDING)
    for number in (1, 2):
        extras = {"huggingface": {"upvotes": 40 * number}}
        papers_come(number, published=NOW.date(), featured=NOW.date(), extras=extras)
        trending.notice(wiring.formula(), now=NOW)
        tell(NOW + timedelta(minutes=number), rising=True)
    tell(NOW + timedelta(minutes=5), rising=True)
    call(Clock())
    clock = Clock()
    clock.now += timedelta(minutes=10)
    call(clock)
    assert sorted(paper for made in receiver.calls for paper in made.papers) == ids(1, 2)
    assert {made.said["type"] for made in receiver.calls} == {"paper.trending"}
    assert receiver.calls[0].said["data"]["papers"][0]["why"]


def test_a_paused_hook_is_told_later_what_happened_meanwhile(receiver: Receiver) -> None:
    hook = a_hook(receiver)
    papers_come(1)
    tell()
    hooks.pause(None, hook.number, now=NOW)
    papers_come(2)
    tell()
    assert call(Clock()) == ""
    hooks.resume(None, hook.number, now=NOW)
    tell()
    call(Clock())
    assert sorted(paper for made in receiver.calls for paper in made.papers) == ids(1, 2)


def test_a_removed_hook_leaves_nothing(receiver: Receiver) -> None:
    hook = a_hook(receiver)
    papers_come(1)
    tell()
    hooks.remove(None, hook.number)
    assert call(Clock()) == ""
    assert not models.Delivery.objects.exists()
    with pytest.raises(HookError):
        hooks.hook(hook.number)


def test_a_test_calls_at_once_and_keeps_nothing(receiver: Receiver) -> None:
    hook = a_hook(receiver)
    assert calls.test(hook).verdict is Verdict.ACCEPTED
    (made,) = receiver.calls
    assert made.said["type"] == "test"
    assert made.is_signed(hook.secret)
    receiver.always = 500
    assert calls.test(hook).words == "500 the words of the program"
    assert not models.Delivery.objects.exists()


@pytest.mark.parametrize(("status", "slow"), [(429, True), (503, True), (500, False), (404, False), (200, False)])
def test_a_program_that_is_called_too_fast_is_called_more_slowly(receiver: Receiver, status: int, slow: bool) -> None:
    hook = a_hook(receiver)
    receiver.always = status
    assert calls.test(hook).slow is slow


@pytest.mark.parametrize(
    ("address", "events", "query", "words"),
    [
        ("ftp://example.org/", {Event.PAPER}, "", "only http and https"),
        ("https://ada:secret@example.org/", {Event.PAPER}, "", "name or a password"),
        ("https://example.org/" + "x" * 600, {Event.PAPER}, "", "too long"),
        ("https://example.org/", set(), "", "one or more of paper"),
        ("https://example.org/", {Event.TRENDING}, "stones", "of `paper` too"),
        ("https://example.org/", {Event.PAPER}, "x" * 400, "too long"),
    ],
)
def test_a_hook_that_makes_no_sense_is_refused_in_words(
    address: str, events: set[Event], query: str, words: str
) -> None:
    with pytest.raises(BroadsheetError, match=words):
        hooks.add(None, address, events, query, now=NOW)
    assert not models.Hook.objects.exists()


def test_there_is_one_hook_at_an_address(receiver: Receiver) -> None:
    a_hook(receiver)
    with pytest.raises(HookError, match="already"):
        a_hook(receiver)


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR, Role.EDITOR])
def test_only_administrators_set_up_hooks(receiver: Receiver, role: Role) -> None:
    hook, actor = a_hook(receiver), Actor(key=1, name="eve", role=role)
    for act in (
        lambda: hooks.add(actor, "https://example.org/", {Event.PAPER}, now=NOW),
        lambda: hooks.pause(actor, hook.number, now=NOW),
        lambda: hooks.resume(actor, hook.number, now=NOW),
        lambda: hooks.remove(actor, hook.number),
    ):
        with pytest.raises(NotAllowedError):
            act()


def act(client: Client, action: str, number: int) -> str:
    answer = client.post("/admin/library/hook/", {"action": action, "_selected_action": [number]}, follow=True)
    return answer.content.decode()


def test_administrators_set_up_hooks_see_how_they_go_and_act_on_them(receiver: Receiver, client: Client) -> None:
    client.force_login(models.Account.objects.create(username="root", role=Role.ADMINISTRATOR))
    asked = {"address": receiver.url, "events": ["paper", "trending"], "query": ""}
    page = client.post("/admin/library/hook/add/", asked, follow=True).content.decode()
    (hook,) = hooks.every()
    assert hook.secret in html.unescape(page)
    assert hook.secret not in html.unescape(client.get("/admin/library/hook/").content.decode())
    assert "already" in client.post("/admin/library/hook/add/", asked, follow=True).content.decode()
    assert "took it: 200" in act(client, "test", hook.number)
    papers_come(1)
    tell()
    assert "paused: by root" in act(client, "pause", hook.number)
    act(client, "resume", hook.number)
    call(lambda: datetime.now(UTC))
    assert receiver.calls[-1].papers == ids(1)
    act(client, "remove", hook.number)
    assert hooks.every() == []


def test_editors_have_no_page_of_hooks(receiver: Receiver, client: Client) -> None:
    client.force_login(models.Account.objects.create(username="eve", role=Role.EDITOR))
    assert client.get("/admin/library/hook/").status_code == 403


def test_all_hooks_are_shown_in_a_bounded_number_of_statements(
    receiver: Receiver, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(models.Account.objects.create(username="root", role=Role.ADMINISTRATOR))
    for number in range(20):
        hooks.add(None, f"{receiver.url}/{number}", {Event.PAPER}, now=NOW)
    papers_come(1)
    tell()
    with django_assert_max_num_queries(14):
        assert "running" in client.get("/admin/library/hook/").content.decode()


def test_hooks_are_kept_by_command(run: Run) -> None:
    with Receiver() as program:
        near = {"BROADSHEET_PRIVATE_HOSTS": program.host}
        assert run("hooks").returncode == 3
        assert run("hooks", "add", program.url, "--on", "papers").returncode == 2
        made = run("hooks", "add", program.url, "--on", "paper,submission", "--query", "stones")
        assert re.fullmatch(r"whsec_[\w+/]{43}=\n", made.stdout)
        (listed,) = json.loads(run("hooks", "--json").stdout)["hooks"]
        assert (listed["events"], listed["query"], listed["paused"]) == (["paper", "submission"], "stones", False)
        assert made.stdout.strip() not in run("hooks", "--json").stdout
        number = str(listed["number"])
        refused = run("hooks", "test", number)
        assert refused.returncode == 1
        assert "not a public address" in refused.stderr
        assert run("hooks", "test", number, **near).stdout == f"Hook {number} took it: 200 the words of the program\n"
        assert program.calls[0].is_signed(made.stdout.strip())
        run("hooks", "pause", number)
        assert "paused: by hand" in run("hooks").stdout
        assert run("hooks", "resume", number).stdout == f"Hook {number} goes on.\n"
        run("hooks", "remove", number)
        gone = run("hooks", "pause", number)
        assert gone.returncode == 1
        assert f"There is no hook {number}" in gone.stderr
