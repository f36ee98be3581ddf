"""How often each address may be asked by POST, read from the very views that answer it."""

import inspect
import re
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, NamedTuple

from broadsheet.deliver.web.limits import RATES
from broadsheet.deliver.web.urls import urlpatterns

PLACES = {"paper_id": "arxiv:2603.00001", "act": "describe"}
"""What stands in an address for what it names; for all else the number 1."""


class Limit(NamedTuple):
    """That an address is counted under an action, and how often it may be asked: `60/m` by an account, by a network."""

    address: str
    action: str
    per_account: str
    per_network: str
    view: str


def limits() -> Iterator[Limit]:
    """Every limit that an address has, on its view or on a function of the same module to which it hands the request."""
    for pattern in urlpatterns:
        view = getattr(pattern, "callback", None)
        if not isinstance(view, FunctionType):
            continue
        address = re.sub(
            r"<(?:\w+:)?(\w+)>", lambda found: PLACES.get(found[1], "1"), str(getattr(pattern, "pattern", ""))
        )
        used = inspect.getclosurevars(inspect.unwrap(view)).globals.items()
        handed = [other for name, other in used if name.startswith("_") and isinstance(other, FunctionType)]
        for one in (view, *handed):
            if action := action_of(one):
                yield Limit(f"/{address}", action, *RATES[action], f"{one.__module__}.{one.__name__}")


def action_of(view: Callable[..., Any]) -> str:
    """What `limited` counts a view as; empty if nothing counts it."""
    action = inspect.getclosurevars(view).nonlocals.get("action", "")
    return str(action) or (action_of(view.__wrapped__) if hasattr(view, "__wrapped__") else "")
