"""Accounts, papers and pages, for tests of what readers do with papers."""

from datetime import UTC, datetime
from typing import Any

from builders import a_record
from django.test import Client

from broadsheet.community import Actor, Role
from broadsheet.core import papers
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.types import Paper

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


def an_actor(name: str = "ada", role: Role = Role.READER, *, banned: bool = False, **fields: Any) -> Actor:
    """An account of this name and role, whose votes count fully; it is made if it is not there."""
    told = {"role": role, "trust": 1.0, "email": f"{name}@example.org", **fields}
    row, _ = models.Account.objects.get_or_create(username=name, defaults=told)
    return Actor(key=row.pk, name=name, role=role, banned=banned)


def a_stored_paper(paper_id: str = "arxiv:2603.00001", title: str = "A stone to vote for", **fields: Any) -> Paper:
    """A paper of the library that nobody has voted for or spoken of."""
    store([a_record(title, ids=(paper_id,), **fields)], now=NOW)
    return papers.paper(paper_id)


def some_papers(number: int) -> list[Paper]:
    """So many papers of the library, all different."""
    store((a_record(f"Stone number {n} of many", ids=(f"doi:10.1000/{n}",)) for n in range(number)), now=NOW)
    return [papers.paper(f"doi:10.1000/{n}") for n in range(number)]


def signed_in(name: str = "ada", role: Role = Role.READER, **more: Any) -> Client:
    """A browser without a screen in which this account is signed in; `more` is for the browser."""
    account = models.Account.objects.get(pk=an_actor(name, role).key)
    client = Client(headers={"host": "localhost"}, **more)
    client.force_login(account)
    return client


def a_browser(name: str = "ada", role: Role = Role.READER) -> tuple[Client, Actor]:
    """Such a browser, and whoever sits at it."""
    return signed_in(name, role), an_actor(name, role)


def text(client: Client, path: str, status: int = 200) -> str:
    """What stands on the page of this address, which answers as it should."""
    response = client.get(path)
    assert response.status_code == status, (path, response.headers.get("Location"))
    return response.content.decode()
