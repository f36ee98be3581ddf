"""Promises of `broadsheet ask`: every operation of the API is a command, which prints its answer, from wherever it is."""

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest
from house import a_house

from broadsheet.client import Broadsheet
from broadsheet.deliver.cli.asking import ask

Run = Callable[..., subprocess.CompletedProcess[str]]
STONE = "arxiv:2603.00001"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where a running service is, and the secret of a token of ada's that may do all."""
    with a_house(tmp_path_factory.mktemp("house")) as here:
        yield here


def test_every_operation_has_its_command() -> None:
    from broadsheet.deliver.api.v1.description import described

    operations = {one["operationId"] for methods in described()["paths"].values() for one in methods.values()}
    assert {name.replace("-", "_") for name in ask.commands} == operations


def test_the_answer_is_the_one_of_the_api(run: Run, house: tuple[str, str]) -> None:
    address, secret = house
    ada = Broadsheet(address, secret)
    there = {"BROADSHEET_REMOTE": address, "BROADSHEET_TOKEN": secret}
    for words, expected in (
        (["paper", "2603.00001"], ada.paper(STONE)),
        (["search", "stone", "--after", "2026-03-17", "--category", "cs", "--category", "math"],
         ada.search("stone", after="2026-03-17", category=["cs", "math"])),
        (["front-page"], ada.front_page()),
        (["papers", "--limit", "1"], ada.papers(limit=1)),
        (["me"], ada.me()),
    ):  # fmt: skip
        done = run("ask", *words, **there)
        assert json.loads(done.stdout) == expected, words


def test_it_writes_too_and_says_what_was_refused(run: Run, house: tuple[str, str]) -> None:
    address, secret = house
    here = ("ask", "--remote", address)
    assert json.loads(run(*here, "--token", secret, "upvote", STONE).stdout)["voted"] is True
    marked = run(*here, "--token", secret, "mark-paper", STONE, "--state", "to read", "--hidden")
    assert json.loads(marked.stdout)["words"] == "To read, hidden"
    made = json.loads(run(*here, "--token", secret, "make-collection", "Stones", "--public").stdout)
    assert run(*here, "--token", secret, "delete-collection", str(made["id"])).stdout == ""
    refused = run(*here, "upvote", STONE)
    assert (refused.returncode, "needs a token" in refused.stderr) == (1, True)
    assert run(*here, "paper", "arxiv:9999.99999").returncode == 3
    assert run(*here, "paper").returncode == 2


def test_exports_come_as_they_are(run: Run, house: tuple[str, str]) -> None:
    lines = run("ask", "export-lines", BROADSHEET_REMOTE=house[0]).stdout.splitlines()
    assert json.loads(lines[0])["title"] == "A stone of granite"


def test_without_an_address_the_one_here_is_asked(run: Run) -> None:
    done = run("ask", "me", BROADSHEET_PORT="9")
    assert done.returncode == 1
    assert "http://127.0.0.1:9 cannot be reached" in done.stderr
