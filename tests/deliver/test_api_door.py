"""Promises of the API's door: who comes in, how often, in what shape it says no, and what is done once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import a_record
from django.test import Client
from programs import V1, a_program, a_stranger
from readers import an_actor, signed_in
from running import environment, said_by

from broadsheet.community import Role
from broadsheet.core import repeating, tokens
from broadsheet.deliver.api.v1 import door
from broadsheet.deliver.api.v1.counting import Counter
from broadsheet.library import models
from broadsheet.people import Scope

pytestmark = pytest.mark.django_db

FORKED = """
import os, signal, time
from broadsheet.deliver.api.v1.counting import Counter

counter = Counter()

def fork(times):
    child = os.fork()
    if not child:
        for _ in range(times):
            counter.take("ours", 0, 60.0)
        os._exit(0)
    return child

for killed in [fork(10**9) for _ in range(10)]:
    time.sleep(0.02)
    os.kill(killed, signal.SIGKILL)
    os.waitpid(killed, 0)
counter.take("another", 0, 120.0)  # a new minute
for child in [fork(500) for _ in range(4)]:
    os.waitpid(child, 0)
print(counter.take("ours", 0, 60.0).remaining)
"""

STONE = "/papers/arxiv:2603.00001"


@pytest.fixture(autouse=True)
def stone(library: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    library(a_record("A stone that rolls", ids=("arxiv:2603.00001",)))
    monkeypatch.setattr(door, "counter", Counter())


def refused(response: Any, status: int) -> dict[str, Any]:
    """What a problem says, once it is sure to have the shape of all problems."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= told.keys()
    assert told["status"] == status
    assert told["type"] == f"/api/v1/docs#problem-{status}"
    return told


class TestProblems:
    def test_whatever_goes_wrong_has_one_shape(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stranger, reader = a_stranger(), a_program("ada", Scope.READ)
        assert "arxiv:9" in refused(stranger.get(f"{V1}/papers/arxiv:9"), 404)["detail"]
        refused(stranger.get(f"{V1}/nothing/here"), 404)
        refused(stranger.get(f"{V1}/"), 404)
        told = refused(stranger.get(f"{V1}/papers?limit=0"), 422)
        assert told["errors"][0]["where"] == ["query", "limit"]
        assert told["instance"] == f"{V1}/papers"
        response = stranger.post(f"{V1}/search")
        refused(response, 405)
        assert response.headers["Allow"] == "GET"
        response = stranger.put(f"{V1}{STONE}/vote")
        refused(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert "write" in refused(reader.put(f"{V1}{STONE}/vote"), 403)["detail"]
        writer = a_program("ada", Scope.WRITE)
        json_ = "application/json"
        refused(writer.post(f"{V1}/collections", "{", content_type=json_), 400)
        refused(writer.post(f"{V1}/collections", b'{"title": "\\u0000"}', content_type=json_), 400)
        refused(writer.post(f"{V1}/collections", b'{"title": "\\ud800"}', content_type=json_), 400)
        told = refused(writer.post(f"{V1}/collections", {"title": "x", "tilte": "y"}, content_type=json_), 422)
        assert told["errors"][0]["where"] == ["body", "tilte"]
        deep = b"[" * 1000 + b'"\\u0000"' + b"]" * 1000
        refused(writer.post(f"{V1}/collections", deep, content_type=json_), 400)
        assert writer.post(f"{V1}/collections", {"title": r"On \u0000"}, content_type=json_).status_code == 201
        for size in (door.LARGEST, 4 << 20):
            large = json.dumps({"title": "x" * size})
            refused(writer.post(f"{V1}/collections", large, content_type=json_), 413)
        refused(stranger.get(f"{V1}/papers/x%00y"), 400)
        refused(stranger.get(f"{V1}/search?q=%00"), 400)

    def test_what_breaks_here_says_so_and_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError("a secret of the house")

        monkeypatch.setattr("broadsheet.core.papers.paper", broken)
        client = Client(headers={"host": "localhost"}, raise_request_exception=False)
        assert "secret" not in json.dumps(refused(client.get(f"{V1}{STONE}"), 500))

    def test_pages_keep_their_own_words(self, client: Client) -> None:
        assert client.get("/nothing").headers["Content-Type"].startswith("text/html")
        assert "X-RateLimit-Limit" not in client.get("/").headers
        assert client.get("/api/papers/arxiv:9").json() == {"error": "Paper not found"}


class TestWhoComesIn:
    @pytest.mark.parametrize("said", ["Bearer bs_x", "Bearer", "Basic YWRhOng=", "Bearer " + "bs_" + "A" * 43, "ü"])
    def test_a_token_that_is_none_opens_nothing_not_even_what_is_open(self, said: str) -> None:
        client = Client(headers={"host": "localhost", "authorization": said})
        refused(client.get(f"{V1}{STONE}"), 401)

    def test_a_cookie_opens_nothing(self) -> None:
        browser = signed_in()
        refused(browser.put(f"{V1}{STONE}/vote"), 401)
        assert "voted" not in browser.get(f"{V1}{STONE}").json()
        assert not models.Upvote.objects.exists()

    def test_a_banned_account_reads_its_own_and_writes_nothing(self) -> None:
        program = a_program()
        models.Account.objects.update(banned_until=datetime.now(UTC) + timedelta(days=1))
        assert program.get(f"{V1}/me").json()["banned"] is True
        assert "only read" in refused(program.put(f"{V1}{STONE}/vote"), 403)["detail"]

    def test_a_token_that_was_ended_or_whose_account_is_closed_is_none(self) -> None:
        program = a_program()
        models.Account.objects.update(is_active=False)
        refused(program.get(f"{V1}/me"), 401)
        models.Account.objects.update(is_active=True)
        tokens.end(an_actor().key, models.Token.objects.get().pk)
        refused(program.get(f"{V1}/me"), 401)

    @pytest.mark.parametrize("scope", Scope)
    def test_each_operation_asks_for_the_scope_that_its_description_names(self, scope: Scope) -> None:
        from broadsheet.deliver.api.v1.description import described

        program = a_program("ada", scope)
        for path, methods in described()["paths"].items():
            for method, operation in methods.items():
                needed = [each for security in operation["security"] for each in security.get("token", [])]
                address = path.format(paper_id="arxiv:2603.00001", number=1, which="notes", period="2026", day="latest")
                response = program.generic(method.upper(), address, "{}", content_type="application/json")
                response.close()
                status = response.status_code
                assert (status == 403) == (bool(needed) and needed != [scope]), (path, method, status)


class TestHowOften:
    def test_answers_say_how_many_more_may_come_and_then_when(self, settings: Any) -> None:
        settings.API_RATE = 2
        client = a_stranger()
        left = [client.get(f"{V1}{STONE}").headers["X-RateLimit-Remaining"] for _ in range(2)]
        assert left == ["1", "0"]
        response = client.get(f"{V1}{STONE}")
        refused(response, 429)
        assert 1 <= int(response.headers["Retry-After"]) == int(response.headers["X-RateLimit-Reset"]) <= 61
        assert a_program().get(f"{V1}{STONE}").status_code == 200  # a token is counted for itself

    def test_the_counter_begins_anew_each_minute(self) -> None:
        counter = Counter()
        assert [counter.take("x", 2, now).remaining for now in (0.0, 59.0, 59.9, 60.0)] == [1, 0, -1, 1]
        assert counter.take("y", 2, 60.0).remaining == 1

    def test_processes_that_were_forked_count_together_whoever_of_them_is_killed(self, tmp_path: Path) -> None:
        assert said_by(FORKED, environment(tmp_path)) == ("-2001\n", "")

    def test_haste_in_writing_is_shared_with_the_pages(self) -> None:
        program, browser = a_program(), signed_in()
        for _ in range(30):
            assert browser.post("/upvote/arxiv:2603.00001", {"on": "1"}).status_code == 302
            assert program.delete(f"{V1}{STONE}/vote").status_code == 200
        response = program.put(f"{V1}{STONE}/vote")
        refused(response, 429)
        assert int(response.headers["Retry-After"]) >= 1
        assert browser.post("/upvote/arxiv:2603.00001", {"on": "1"}).status_code == 429


class TestWhatIsTheSameStill:
    @pytest.mark.parametrize("path", [STONE, "/papers", "/search?q=stone", "/trending", "/export/papers.jsonl"])
    def test_an_answer_that_is_good_still_is_not_sent_again(self, path: str) -> None:
        client = a_stranger()
        first = client.get(f"{V1}{path}")
        again = client.get(f"{V1}{path}", headers={"if-none-match": first.headers["ETag"]})
        if path == "/trending":  # as of a moment
            return
        assert again.status_code == 304
        assert not again.content
        assert again.headers["ETag"] == first.headers["ETag"]
        assert "X-RateLimit-Remaining" in again.headers

    def test_a_paper_that_changed_is_sent(self) -> None:
        program = a_program()
        tag = program.get(f"{V1}{STONE}").headers["ETag"]
        program.put(f"{V1}{STONE}/vote")
        assert program.get(f"{V1}{STONE}", headers={"if-none-match": tag}).status_code == 200

    def test_what_is_an_accounts_own_is_kept_by_no_cache_for_others(self) -> None:
        headers = a_program().get(f"{V1}{STONE}").headers
        assert "private" in headers["Cache-Control"]
        assert "Authorization" in headers["Vary"]

    def test_head_is_get_without_the_body(self) -> None:
        response = a_stranger().head(f"{V1}{STONE}")
        assert (response.status_code, response.content) == (200, b"")
        assert response.headers["ETag"]


class TestPagesOfOtherSites:
    def test_they_may_ask_with_a_token_in_a_header(self) -> None:
        asked = {"origin": "https://tool.example", "access-control-request-method": "PUT"}
        response = a_stranger().options(f"{V1}{STONE}/vote", headers=asked)
        assert response.status_code == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
        assert "PUT" in response.headers["Access-Control-Allow-Methods"]
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "Link" in a_stranger().get(f"{V1}/papers").headers["Access-Control-Expose-Headers"]


@pytest.mark.database
class TestOnce:
    def send(self, program: Client, title: str = "Reading group", key: str = "k1") -> Any:
        said = {"title": title}
        return program.post(
            f"{V1}/collections", said, content_type="application/json", headers={"idempotency-key": key}
        )

    def test_what_is_sent_again_under_a_key_is_done_once_and_answered_alike(self) -> None:
        program = a_program()
        first, again = self.send(program), self.send(program)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert again.headers["Idempotent-Replayed"] == "true"
        assert "Idempotent-Replayed" not in first.headers
        assert models.Collection.objects.count() == 1
        assert self.send(program, key="k2").json()["id"] != first.json()["id"]
        assert self.send(a_program("bo")).json()["by"] == "bo"

    def test_a_key_is_of_one_request(self) -> None:
        program = a_program()
        self.send(program)
        assert "another request" in refused(self.send(program, "Another one"), 422)["detail"]
        refused(self.send(program, key="x" * 129), 422)
        refused(self.send(program, key="a b"), 422)
        assert models.Collection.objects.count() == 1

    def test_while_the_first_is_at_work_the_second_is_told_to_wait(self) -> None:
        program, now = a_program(), datetime.now(UTC)
        self.send(program)
        row = models.KeptAnswer.objects.get()
        models.KeptAnswer.objects.update(status=None, at=now)
        refused(self.send(program), 409)
        models.KeptAnswer.objects.update(at=now - repeating.DEAD - timedelta(seconds=1))
        assert self.send(program).status_code == 201  # the first was killed
        assert models.KeptAnswer.objects.get().fingerprint == row.fingerprint

    def test_a_refusal_is_kept_and_a_failure_is_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        program = a_program()
        refused(self.send(program, " "), 422)
        assert self.send(program, " ").headers["Idempotent-Replayed"] == "true"
        program.raise_request_exception = False

        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as patched:
            patched.setattr("broadsheet.core.collecting.make", broken)
            refused(self.send(program, key="k3"), 500)
        assert self.send(program, key="k3").status_code == 201

    def test_answers_are_forgotten_after_a_day(self) -> None:
        program, now = a_program(), datetime.now(UTC)
        self.send(program)
        assert repeating.clear(now=now + timedelta(hours=23)) == 0
        assert repeating.clear(now=now + timedelta(hours=25)) == 1
        assert self.send(program).headers.get("Idempotent-Replayed") is None

    def test_an_editors_program_may_no_more_than_an_editor(self) -> None:
        made = self.send(a_program()).json()["id"]
        editor = a_program("eve", role=Role.EDITOR)
        refused(editor.delete(f"{V1}/collections/{made}"), 404)
