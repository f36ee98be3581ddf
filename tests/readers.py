"""Accounts and papers in the library, for tests of what readers do with papers."""

from datetime import UTC, datetime

from builders import a_record
from django.test import Client

from broadsheet.community import Actor, Role
from broadsheet.core import papers
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.types import Paper

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


def an_actor(name: str = "ada", role: Role = Role.READER, *, banned: bool = False) -> Actor:
    """An account of this name and role, which is made if it is not there."""
    row, _ = models.Account.objects.get_or_create(username=name, defaults={"role": role, "trust": 1.0})
    return Actor(key=row.pk, name=name, role=role, banned=banned)


def some_papers(number: int) -> list[Paper]:
    """So many papers of the library, all different."""
    store((a_record(f"Stone number {n} of many", ids=(f"doi:10.1000/{n}",)) for n in range(number)), now=NOW)
    return [papers.paper(f"doi:10.1000/{n}") for n in range(number)]


def signed_in(name: str = "ada", role: Role = Role.READER) -> Client:
    """A browser without a screen in which this account is signed in."""
    account = models.Account.objects.get(pk=an_actor(name, role).key)
    client = Client(headers={"host": "localhost"})
    client.force_login(account)
    return client
