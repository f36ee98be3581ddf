"""Promises of the doors besides mail, with a real web hook on loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outbox import a_delivery, an_outgoing

from broadsheet.deliver.doors import DoorCarrier, DoorError, kind_of, shortened
from broadsheet.deliver.mail.pace import Pace
from broadsheet.deliver.mail.rendering import Rendering
from broadsheet.deliver.mail.sender import Sender
from broadsheet.library import models
from broadsheet.sending import Outcome, Verdict

SAID = Rendering("Stones of the day", "One stone.\n\nAnother stone.", "<p>unused</p>")
VIEW = "https://papers.example.org/digests/1"


@contextmanager
def a_hook(status: int = 200, location: str = "") -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A web hook that answers like this: its port, and what it was told."""
    told: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, told
    finally:
        server.shutdown()
        server.server_close()


def sent(address: str, *private: str, doors: tuple[str, ...] = ("json",)) -> Outcome:
    carrier = DoorCarrier(lambda _: SAID, lambda _: VIEW, doors=doors, private=private)
    return carrier.send(an_outgoing(address, door="json"), begin=lambda: None)


class TestSend:
    def test_a_web_hook_gets_the_edition_with_the_way_to_all_of_it(self) -> None:
        with a_hook() as (port, told):
            outcome = sent(f"json://127.0.0.1:{port}/papers", "127.0.0.1")
        assert outcome.verdict is Verdict.ACCEPTED
        (message,) = told
        assert message["title"] == "Stones of the day"
        assert message["message"] == f"One stone.\n\nAnother stone.\n\n{VIEW}"

    def test_an_address_inside_ones_own_network_is_refused_for_good(self) -> None:
        with a_hook() as (port, told):
            outcome = sent(f"json://127.0.0.1:{port}/papers")
        assert outcome.verdict is Verdict.NEVER
        assert "not a public address" in outcome.words
        assert told == []

    def test_a_redirect_into_ones_own_network_is_refused_too(self) -> None:
        with a_hook() as (inside, reached), a_hook(307, f"http://127.0.0.2:{inside}/") as (port, _):
            outcome = sent(f"json://127.0.0.1:{port}/papers", f"127.0.0.1:{port}")
        assert reached == []
        assert outcome.verdict is not Verdict.ACCEPTED

    @pytest.mark.parametrize(
        ("status", "verdict"), [(500, Verdict.LATER), (429, Verdict.LATER), (404, Verdict.NEVER), (410, Verdict.NEVER)]
    )
    def test_what_a_hook_answers_says_whether_it_is_tried_again(self, status: int, verdict: Verdict) -> None:
        with a_hook(status) as (port, _):
            outcome = sent(f"json://127.0.0.1:{port}/papers", "127.0.0.1")
        assert outcome.verdict is verdict
        assert str(status) in outcome.words

    def test_a_hook_that_is_away_is_tried_again(self) -> None:
        with a_hook() as (port, _):
            pass
        assert sent(f"json://127.0.0.1:{port}/", "127.0.0.1").verdict is Verdict.LATER

    @pytest.mark.parametrize("address", ["mailto://a:b@example.org", "json://", "nonsense", ""])
    def test_a_door_that_is_not_open_is_not_gone_through(self, address: str) -> None:
        with pytest.raises(DoorError):
            kind_of(address, ["json"])
        assert sent(address).verdict is Verdict.NEVER

    def test_the_secured_kind_of_a_door_is_the_same_door(self) -> None:
        assert kind_of("jsons://hooks.example.org/x", ["json"]) == "json"


@pytest.mark.django_db(transaction=True)
def test_a_delivery_through_a_door_is_tried_again_and_comes_once(tmp_path: Path) -> None:
    now = datetime.now(UTC) + timedelta(minutes=1)
    with a_hook(503) as (port, told):
        a_delivery(f"json://127.0.0.1:{port}/papers", door="json")
        sender = Sender(
            lambda: DoorCarrier(lambda _: SAID, lambda _: VIEW, doors=["json"], private=["127.0.0.1"]),
            folder=tmp_path,
            doors=["json"],
            pace=Pace(0),
            threads=1,
            clock=lambda: now,
        )
        assert sender.run(threading.Event()) == "1 to be tried again"
    with a_hook() as (port, told):
        models.Subscriber.objects.update(address=f"json://127.0.0.1:{port}/papers")
        now += timedelta(minutes=2)
        assert sender.run(threading.Event()) == "1 sent"
        assert sender.run(threading.Event()) == ""
    assert len(told) == 1
    assert models.Delivery.objects.get().state == "sent"


class TestShortened:
    @given(text=st.text(max_size=600), title=st.integers(0, 50), body=st.integers(60, 400))
    def test_no_service_gets_more_than_it_takes_and_all_get_the_link(self, text: str, title: int, body: int) -> None:
        said = Rendering("Stones of the day", text, "")
        head, message = shortened(said, VIEW, title, body)
        assert len(head) <= title
        assert len(message) <= body
        assert message.endswith(VIEW)

    def test_it_is_cut_between_papers(self) -> None:
        text = "\n\n".join(f"{number}. " + "A stone. " * 20 for number in range(9))
        _, message = shortened(Rendering("s", text, ""), VIEW, 10, 500)
        assert message.endswith(f"A stone.\n\n…\n\n{VIEW}")
        assert "1. A stone" in message
        assert "2. A" not in message

    def test_a_service_without_titles_gets_it_in_the_body(self) -> None:
        assert shortened(SAID, VIEW, 0, 500) == ("", f"Stones of the day\n\nOne stone.\n\nAnother stone.\n\n{VIEW}")
