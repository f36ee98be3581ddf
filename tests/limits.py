"""How often each address may be asked by POST, read from the very views that answer it."""

import inspect
import re
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, NamedTuple

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
            for action, rates in _rates(one).items():
                per_account, per_network = (rate.rpartition("/")[0] for rate in rates.split(","))
                name = f"{one.__module__}.{one.__name__}"
                yield Limit(f"/{address}", action, per_account, per_network, name)


def _rates(view: Callable[..., Any]) -> dict[str, str]:
    """The rates that `limited` has put around a view."""
    rates = inspect.getclosurevars(view).nonlocals.get("rates")
    if isinstance(rates, dict):
        return rates
    return _rates(view.__wrapped__) if hasattr(view, "__wrapped__") else {}
