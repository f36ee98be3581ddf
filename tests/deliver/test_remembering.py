"""What strangers are answered from memory: what they would be answered anyway, and nobody else is."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from house import a_house

from broadsheet.deliver.web import remembering


class House:
    """A view behind the memory, that answers how often it was asked; `now` is the version of what it depends on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.now, self.clock = 0, 1, 1000.0
        self.answer: Callable[[str], Any] = HttpResponse
        monkeypatch.setattr(remembering, "_version", lambda: self.now)
        monkeypatch.setattr("broadsheet.deliver.web.remembering.time.monotonic", lambda: self.clock)
        self._respond = remembering.remembering(self._view)

    def _view(self, _request: Any) -> Any:
        self.asked += 1
        return self.answer(f"answer {self.asked}")

    def get(self, path: str = "/", method: str = "get", **headers: str) -> Any:
        return self._respond(getattr(RequestFactory(), method)(path, headers=headers))

    def tells(self, path: str = "/", method: str = "get", **headers: str) -> str:
        return str(self.get(path, method, **headers).content.decode())


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    return House(monkeypatch)


def test_a_stranger_is_answered_as_the_one_before(house: House) -> None:
    assert [house.tells() for _ in range(3)] == ["answer 1"] * 3
    assert house.tells("/?page=2") == "answer 2"
    assert house.tells(host="elsewhere.example.org") == "answer 3"
    assert house.tells() == "answer 1"


def test_after_any_change_the_answer_is_made_anew(house: House) -> None:
    house.tells()
    house.now = 2
    assert house.tells() == "answer 2"
    house.now = 1  # as it never will be again
    assert house.tells() == "answer 3"


def test_what_depends_on_no_moment_is_remembered_until_something_changes(house: House) -> None:
    house.answer = lambda text: remembering.lasting(HttpResponse(text))
    house.tells()
    house.clock += 1000 * remembering.SECONDS
    assert house.tells() == "answer 1"
    house.now = 2
    assert house.tells() == "answer 2"


def test_after_some_seconds_too(house: House) -> None:
    house.tells()
    house.clock += remembering.SECONDS - 1
    assert house.tells() == "answer 1"
    house.clock += 2
    assert house.tells() == "answer 2"


def test_what_changed_while_an_answer_was_made_is_told_next(house: House) -> None:
    def changing(text: str) -> HttpResponse:
        house.now += 1
        return HttpResponse(text)

    house.answer = changing
    assert [house.tells(), house.tells()] == ["answer 1", "answer 2"]


@pytest.mark.parametrize(
    "header",
    [{"cookie": "sessionid=1"}, {"authorization": "Bearer bs_1"}, {"range": "bytes=0-3"}, {"remote-user": "ada"}],
)
def test_who_is_known_by_anything_is_not(house: House, header: dict[str, str], settings: Any) -> None:
    settings.PROXY_HEADER = "Remote-User"
    house.tells()
    assert house.tells(**header) == "answer 2"
    assert house.tells(**header) == "answer 3"
    assert house.tells() == "answer 1"


def test_nor_is_who_does_not_only_ask(house: House) -> None:
    assert [house.tells(method=method) for method in ("post", "put", "delete", "options")] == [
        f"answer {number}" for number in (1, 2, 3, 4)
    ]


def with_cookie(text: str) -> HttpResponse:
    answer = HttpResponse(text)
    answer.set_cookie("csrftoken", "1")
    return answer


@pytest.mark.parametrize(
    "answer",
    [
        with_cookie,
        lambda text: HttpResponse(text, status=404),
        lambda text: HttpResponse(text, headers={"Cache-Control": "private, max-age=60"}),
        lambda text: HttpResponse(text, headers={"Cache-Control": "no-store"}),
        lambda text: HttpResponse(text, headers={"Vary": "Cookie, User-Agent"}),
        lambda text: HttpResponse(text.ljust(remembering.LARGEST + 1)),
    ],
)
def test_what_was_made_for_one_asker_is_not_remembered(house: House, answer: Callable[[str], HttpResponse]) -> None:
    house.answer = answer
    assert [house.tells().strip(), house.tells().strip()] == ["answer 1", "answer 2"]


def test_what_streams_is_not_remembered(house: House) -> None:
    house.answer = lambda text: StreamingHttpResponse([text])
    assert b"".join(house.get()) == b"answer 1"
    assert b"".join(house.get()) == b"answer 2"


def test_packed_answers_are_for_those_who_unpack(house: House) -> None:
    assert house.tells(**{"accept-encoding": "gzip, br"}) == "answer 1"
    assert house.tells() == "answer 2"
    assert house.tells(**{"accept-encoding": "br, gzip"}) == "answer 1"


def test_who_has_an_answer_already_is_told_so(house: House) -> None:
    house.answer = lambda text: HttpResponse(text, headers={"ETag": '"1"'})
    for _ in range(2):
        assert house.get(**{"if-none-match": '"1"'}).status_code == 304
        assert house.get(**{"if-none-match": '"2"'}).status_code == 200
    assert house.asked == 1


def test_when_there_is_no_more_room_the_oldest_is_forgotten(house: House) -> None:
    memory = remembering.Memory(room=20)
    for key in "ab":
        memory.keep(key, 1, HttpResponse("x" * 10))
    assert memory.find("a", 1)
    memory.keep("c", 1, HttpResponse("x" * 10))
    assert memory.find("a", 1)
    assert memory.find("b", 1) is None
    memory.keep("a", 1, HttpResponse("y" * 20))
    assert memory.find("c", 1) is None
    assert memory.find("a", 1).content == b"y" * 20  # type: ignore[union-attr]


def test_a_vote_is_told_by_all_workers_at_once(tmp_path: Path) -> None:
    path = "/papers/arxiv:2603.00001"
    with a_house(tmp_path) as (address, secret):

        def votes() -> set[bytes]:
            """What several strangers are told at a time, each over a connection of its own."""
            told: set[bytes] = set()

            def ask() -> None:
                with urlopen(f"{address}api/v1{path}") as answer:
                    told.add(answer.read().split(b'"votes":')[1].split(b",")[0])

            several = [threading.Thread(target=ask) for _ in range(6)]
            for one in several:
                one.start()
            for one in several:
                one.join()
            return told

        for method, number in (("PUT", b"1"), ("DELETE", b"0"), ("PUT", b"1")):
            token = {"Authorization": f"Bearer {secret}"}
            urlopen(Request(f"{address}api/v1{path}/vote", method=method, headers=token)).close()
            assert votes() == {number}


@pytest.mark.django_db
def test_pages_within_a_transaction_are_never_remembered(client: Client) -> None:
    assert remembering._version() is None
    assert client.get("/").status_code == 200
