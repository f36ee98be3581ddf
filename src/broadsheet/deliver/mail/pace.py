"""How many mails a second one domain is sent: moments are booked ahead; who asks for less is given less."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

SLOWEST = 64.0
"""By how much a domain can be slowed down at most."""


class Pace:
    """Books the moment of each mail to a domain, so many a second; after a pause, up to `burst` at once.

    A domain that asks for less is sent to at half the pace, and again at half of that; with each mail that it takes it
    gets a little faster. A pace of 0 knows no bounds until a domain asks for less.
    """

    def __init__(self, a_second: float, burst: int = 5, clock: Callable[[], float] = monotonic) -> None:
        self._second, self._burst, self._clock = a_second, burst, clock
        self._next: dict[str, float] = {}
        self._later: dict[str, float] = {}
        self._slower: dict[str, float] = {}
        self._guard = threading.Lock()

    def book(self, domain: str, within: float = float("inf")) -> float | None:
        """In how many seconds the next mail may go to this domain; the moment is taken.

        None, and nothing is taken, if that is not within so many seconds.
        """
        with self._guard:
            gap = self._gap(domain)
            if not gap:
                return 0.0
            now = self._clock()
            at = max(self._next.get(domain, 0.0), now - gap * (self._burst - 1))
            if at - now > within:
                return None
            self._next[domain] = at + gap
            if len(self._next) > 10_000:
                self._next = {name: when for name, when in self._next.items() if when > now - gap * self._burst}
            return max(0.0, at - now)

    def later(self, domain: str) -> float:
        """In how many seconds to ask again for a mail that got no moment; each is told a later one than the last."""
        with self._guard:
            now = self._clock()
            free = self._next.get(domain, now)
            self._later[domain] = max(self._later.get(domain, 0.0), free) + self._gap(domain)
            self._later = {name: when for name, when in self._later.items() if when > now or name == domain}
            return max(0.0, self._later[domain] - now)

    def slow_down(self, domain: str) -> None:
        """The domain has asked for less."""
        with self._guard:
            self._slower[domain] = min(self._slower.get(domain, 1.0) * 2, SLOWEST)

    def took(self, domain: str) -> None:
        """The domain has taken a mail."""
        with self._guard:
            if domain in self._slower:
                self._slower[domain] *= 0.97
                if self._slower[domain] <= 1.0:
                    del self._slower[domain]

    def _gap(self, domain: str) -> float:
        slower = self._slower.get(domain)
        if slower is None:
            return 1 / self._second if self._second else 0.0
        return slower / (self._second or 100.0)
