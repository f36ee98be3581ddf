"""Programs that ask the API: with a token of an account, or without any."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client
from readers import an_actor

from broadsheet.core import tokens
from broadsheet.people import Scope

V1 = "/api/v1"


def a_program(name: str = "ada", *scopes: Scope, **more: Any) -> Client:
    """A program that acts for the account of this name, within these scopes or all."""
    made = tokens.make(an_actor(name, **more), "a program", scopes or list(Scope), now=datetime.now(UTC))
    return Client(headers={"host": "localhost", "authorization": f"Bearer {made.secret}"})


def a_stranger() -> Client:
    """A program without a token."""
    return Client(headers={"host": "localhost"})
