"""Promises of the API's description: it is OpenAPI 3.1, tells of everything, and every answer is as it says."""

from typing import Any

import pytest
from django.test import Client
from programs import a_stranger

from benchmarks.api_fuzz import fill, fuzz, unhurried
from broadsheet.deliver.api.v1.description import described
from broadsheet.deliver.api.v1.problems import KINDS


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, methods in described()["paths"].items() for method, one in methods.items()]


def test_it_is_openapi_and_any_page_may_read_it() -> None:
    response = a_stranger().get("/api/v1/openapi.json")
    told = response.json()
    assert told["openapi"].startswith("3.1")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert told == described()


@pytest.mark.parametrize(("path", "method", "one"), operations(), ids=[one["operationId"] for *_, one in operations()])
def test_every_operation_says_what_it_does_who_may_and_what_goes_wrong(
    path: str, method: str, one: dict[str, Any]
) -> None:
    assert one["summary"].endswith((".", ":")) or one.get("description")
    assert one["security"]
    assert {"401", "422", "429"} <= one["responses"].keys()
    assert ("404" in one["responses"]) == ("{" in path)
    assert ("Idempotency-Key" in [each["name"] for each in one["parameters"]]) == (method != "get")
    for status, answer in one["responses"].items():
        if int(status) >= 400:
            assert list(answer["content"]) == ["application/problem+json"]
        if int(status) != 304:
            assert "X-RateLimit-Remaining" in answer["headers"]


def test_names_of_operations_are_of_one_each() -> None:
    names = [one["operationId"] for *_, one in operations()]
    assert len(names) == len(set(names))


def test_everything_that_is_referred_to_is_there() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [each for one in value.values() for each in references(one)]
        return [each for one in value for each in references(one)] if isinstance(value, list) else []

    schemas = described()["components"]["schemas"]
    wanted = {each.removeprefix("#/components/schemas/") for each in references(described())}
    assert wanted <= schemas.keys()


@pytest.mark.django_db
def test_the_page_tells_people_of_every_operation_and_every_problem(client: Client) -> None:
    html = client.get("/api/v1/docs").content.decode()
    for path, method, one in operations():
        assert f'id="{one["operationId"]}"' in html
        assert f"{method.upper()} {path}" in html
    for name, schema in described()["components"]["schemas"].items():
        assert (f'id="shape-{name}"' in html) == ("properties" in schema)
    for status in KINDS:
        assert (f'id="problem-{status}"' in html) == (status >= 400)
    assert "<script>" not in html
    assert "style=" not in html


@pytest.mark.django_db
@pytest.mark.usefixtures("index_folder")
def test_whatever_is_asked_the_answer_is_one_that_the_description_has() -> None:
    with unhurried():
        came, wrong = fuzz(6, fill())
    assert not wrong, "\n\n".join(wrong)
    assert {status for _, status in came} >= {200, 201, 204, 401, 404, 422}
