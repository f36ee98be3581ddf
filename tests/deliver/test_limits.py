"""Promises about haste: one account and one network may do so much in a minute, and are told when to go on."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import a_record
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from limits import Limit, action_of, limits
from readers import signed_in

import broadsheet.deliver
from broadsheet.core import papers
from broadsheet.deliver.api.v1.api import api
from broadsheet.deliver.web.limits import RATES, Rate, limited
from broadsheet.library import models

pytestmark = [pytest.mark.django_db]

STONE = a_record("A stone to vote for", ids=("arxiv:2603.00001",), featured=date(2026, 3, 17))
LIMITS = list(limits())


@pytest.fixture(autouse=True)
def trying(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RATES, "try", Rate("3/m", "5/m"))


def tried(request: HttpRequest) -> HttpResponse:
    return limited("try")(lambda _request: HttpResponse("done"))(request)


def ask(name: str, network: str = "192.0.2.1", method: str = "post", **headers: str) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/", REMOTE_ADDR=network, headers={"host": "localhost", **headers})
    request.user = models.Account.objects.get_or_create(username=name)[0]
    return tried(request)


def statuses(answers: list[HttpResponse]) -> list[int]:
    return [answer.status_code for answer in answers]


def test_an_account_waits_and_another_one_does_not() -> None:
    assert statuses([ask("ada") for _ in range(4)]) == [200, 200, 200, 429]
    assert ask("bo").status_code == 200


def test_an_account_waits_wherever_it_comes_from() -> None:
    assert statuses([ask("ada", f"192.0.2.{number}") for number in range(4)]) == [200, 200, 200, 429]


def test_a_network_waits_whoever_comes_from_it() -> None:
    assert statuses([ask(f"reader{number}") for number in range(6)]) == [200] * 5 + [429]
    assert ask("another", "198.51.100.1").status_code == 200


def test_a_network_of_the_long_addresses_is_all_that_one_house_has() -> None:
    answers = [ask(f"reader{number}", f"2001:db8:1:2::{number:x}") for number in range(6)]
    assert statuses(answers) == [200] * 5 + [429]
    assert ask("another", "2001:db8:1:3::1").status_code == 200


def test_reading_is_not_counted() -> None:
    assert statuses([ask("ada", method=method) for method in ("get", "head") for _ in range(5)]) == [200] * 10


def test_it_says_when_to_come_again_as_a_page_and_as_json() -> None:
    for _ in range(3):
        ask("ada")
    page, answer = ask("ada"), ask("ada", accept="application/json")
    for response in (page, answer):
        assert 1 <= int(response.headers["Retry-After"]) <= 61
    assert "That was too often" in page.content.decode()
    assert "Try again in" in answer.content.decode()
    assert answer.headers["Content-Type"] == "application/json"


def test_what_is_refused_is_not_counted_again() -> None:
    for _ in range(3):
        ask("ada")
    first = int(ask("ada").headers["Retry-After"])
    waits = [int(ask("ada").headers["Retry-After"]) for _ in range(5)]
    assert max(waits) <= first


def test_votes_that_come_too_often_do_nothing(library: Callable[..., None], settings: Any) -> None:
    library(STONE)
    ada = signed_in()
    answers = [ada.post("/upvote/arxiv:2603.00001", {"on": "0"}) for _ in range(60)]
    assert {answer.status_code for answer in answers} == {302}
    assert ada.post("/upvote/arxiv:2603.00001", {"on": "1"}).status_code == 429
    assert papers.paper("arxiv:2603.00001").votes == 0


def test_every_limit_in_the_code_is_one_of_an_address() -> None:
    folder = Path(broadsheet.deliver.__file__).parent / "web"
    written = sum(path.read_text(encoding="utf-8").count("\n@limited(") for path in folder.rglob("*.py"))
    assert written == len({limit.view for limit in LIMITS}) > 0


def test_every_write_of_the_api_is_counted_with_what_pages_do() -> None:
    of_pages = {limit.action for limit in LIMITS}
    writes = [one for one in api.get_openapi_schema()["paths"].values() for one in one.items() if one[0] != "get"]
    counted = [
        action_of(operation.view_func)
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        if set(operation.methods) != {"GET"}
    ]
    assert len(counted) == len(writes) > 0
    assert set(counted) <= of_pages


@pytest.mark.parametrize("limit", LIMITS, ids=[limit.address for limit in LIMITS])
def test_every_address_that_has_a_limit_answers_429_beyond_it_and_not_before(limit: Limit) -> None:
    ada = signed_in()
    allowed = int(limit.per_account.partition("/")[0])
    assert 429 not in [ada.post(limit.address).status_code for _ in range(allowed)]
    response = ada.post(limit.address)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
