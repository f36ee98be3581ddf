"""Asks the API for everything that its description allows, and for much that it does not, twenty thousand times.

    python -m benchmarks.api_fuzz --requests 20000

Every answer must be one that the description has: its status, its type, its shape, its headers; and none may be a
failure of ours (5xx). The requests are made up by schemathesis from the description, half of them wrong in some way,
and half name papers and numbers that are there. Everything runs in this process, on a library of its own; nobody is
asked over the network.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import patch

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
THERE: dict[str, Sequence[str | int]] = {
    "paper_id": ("arxiv:2603.00001", "2603.00002", "doi:10.1000/a(b)/c"),
    "day": ("latest", "2026-03-17"),
    "period": ("2026-03-17", "2026-W12", "2026-03"),
    "which": ("to-read", "hidden", "notes"),
}
"""Values of the parts of addresses that something is at."""


def fill() -> str:
    """Make a library in which there are papers, and an account; answers the secret of a token that may do all."""
    from allauth.account.models import EmailAddress
    from django.conf import settings

    from broadsheet import wiring
    from broadsheet.core import accounts, indexing, tokens, trending
    from broadsheet.core.store import store
    from broadsheet.people import Scope
    from broadsheet.types import Record

    store(
        [
            Record(
                source="jsonl", title=f"A stone of {kind}", abstract=f"It is made of {kind} and rolls.",
                ids=(f"arxiv:2603.0000{number}",), authors=("Ada Stone", f"Bo {kind}"), categories=("cs.LG",),
                featured=date(2026, 3, 17), extras={"huggingface": {"upvotes": number}},
            )
            for number, kind in enumerate(("granite", "marble", "basalt", "chalk", "slate"), 1)
        ]
        + [Record(source="jsonl", title="A lamp by another name", ids=("doi:10.1000/a(b)/c",))],
        now=NOW,
    )  # fmt: skip
    indexing.catch_up(settings.INDEX_FOLDER, wiring.embedder())
    trending.notice(wiring.formula(), now=NOW)
    accounts.make("ada", "a long way to the stones")
    ada = accounts.acting("ada", now=NOW)
    EmailAddress.objects.create(user_id=ada.key, email="ada@example.org", verified=True, primary=True)
    return tokens.make(ada, "fuzz", list(Scope), now=datetime.now(UTC)).secret


def furnish() -> list[int]:
    """Make anew what a program may have deleted; answers the numbers of all that is there."""
    from broadsheet import wiring
    from broadsheet.core import accounts, collecting, discussing, papers, shelving, subscribing
    from broadsheet.digests import Kind, Times, Want
    from broadsheet.library import models

    ada, now = accounts.acting("ada", now=NOW), datetime.now(UTC)
    stone = papers.paper("arxiv:2603.00001")
    for number in range(3):
        discussing.comment(ada, stone, f"It rolls, they say, at {now} and {number}.", wiring.formula(), now=now)
        made = collecting.make(ada, f"Stones {number}", public=True, now=now)
        shelving.add(ada, made.key, [stone], now=now)
    models.Submission.objects.get_or_create(account_id=ada.key, paper_id=stone.key, defaults={"at": now})
    subscribing.subscribe_account(ada.key, [Want(Kind.TRENDING)], Times(), "UTC", now=now)
    several = (models.Comment, models.Collection, models.Submission, models.Subscription)
    return sorted({key for model in several for key in model.objects.order_by("-pk").values_list("pk", flat=True)[:3]})


@contextmanager
def unhurried() -> Iterator[None]:
    """Let nobody be told that this is too often, and ask nobody over the network."""
    from django.test import override_settings

    from broadsheet.errors import FetchError
    from broadsheet.sources.http import Http

    class Nobody(Http):
        def __init__(self, **_: Any) -> None:
            pass

        def get(self, url: str, *_: Any, **__: Any) -> Any:
            raise FetchError(url, "nobody is asked here", status=404)

    nothing = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    with override_settings(API_RATE=10**9, CACHES=nothing), patch("broadsheet.wiring.Http", Nobody):
        yield


def fuzz(examples: int, secret: str, *, seed: int = 0) -> tuple[Counter[tuple[str, int]], list[str]]:
    """Ask for each operation so often; answers how often which status came, by operation, and what was wrong."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings, strategies
    from hypothesis import seed as seeded
    from hypothesis.errors import Unsatisfiable
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.failures import Failure, FailureGroup
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    from broadsheet.deliver.web.wsgi import application

    checks = [
        not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
        response_schema_conformance,
    ]  # fmt: skip
    came: Counter[tuple[str, int]] = Counter()
    wrong: list[str] = []
    shown = {"REMOTE_ADDR": "127.0.0.1", "HTTP_ACCEPT_ENCODING": "identity"}

    def near(environ: dict[str, Any], start_response: Any) -> Any:
        with closing(application(environ | shown, start_response)) as answer:
            return [b"".join(answer)]

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", near)

    def ask(operation: Any, mode: Any, number: int) -> None:
        there = THERE | {"number": furnish()}

        @seeded(seed)
        @settings(
            max_examples=number, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck), print_blob=False,
        )  # fmt: skip
        @given(operation.as_strategy(generation_mode=mode), strategies.data())
        def example(case: Any, data: Any) -> None:
            for name in case.path_parameters or {}:
                if data.draw(strategies.booleans()):
                    case.path_parameters[name] = data.draw(strategies.sampled_from(there[name]))
            shown["HTTP_AUTHORIZATION"] = data.draw(strategies.sampled_from((*[f"Bearer {secret}"] * 9, "")))
            response = case.call()
            came[operation.label, response.status_code] += 1
            case.validate_response(response, checks=checks)

        example()

    found: Any = schema.get_all_operations()
    for operation in (one.ok() for one in found):
        modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
        takes = operation.path_parameters or operation.query or operation.body
        for mode in modes if takes else modes[:1]:
            number = examples // (2 if takes else 1)
            try:
                ask(operation, mode, number)
            except Unsatisfiable:  # whatever it is given is as it should be
                ask(operation, modes[0], number)
            except (Failure, FailureGroup) as error:
                wrong.append(f"{operation.label}, {mode}: {error}")
    return came, wrong


def main() -> None:
    """Print how often which status came, by operation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"BROADSHEET_DATA": folder, "BROADSHEET_EMBEDDER": "hash-256"}
        from broadsheet.deliver.cli.program import prepare

        prepare()
        import logging

        import broadsheet.deliver.web.wsgi  # which sets logging up

        assert broadsheet.deliver.web.wsgi
        logging.getLogger("django.request").setLevel(logging.ERROR)
        logging.getLogger("broadsheet").setLevel(logging.WARNING)
        from broadsheet.deliver.api.v1.description import described

        operations = sum(map(len, described()["paths"].values()))
        with unhurried():
            came, wrong = fuzz(-(-asked.requests // operations), fill(), seed=asked.seed)
    for label in dict.fromkeys(label for label, _ in came):
        told = ", ".join(f"{status}: {number}" for (name, status), number in sorted(came.items()) if name == label)
        print(f"{label:<60} {told}")
    print(f"{sum(came.values()):,} requests to {operations} operations, {len(wrong)} of them wrong")
    for each in wrong:
        print(f"\n{each}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
