"""What a vote counts in the trending list: little while its account is fresh, and all such together less than one.

A number of votes can be bought by making accounts. So the votes of accounts that are not settled yet are bounded
together, however many they are; what a page shows as the number of votes stays the number of votes.
"""

from __future__ import annotations

SETTLED = 14.0
"""Days after which an account's votes count fully."""

FRESH = 0.1
"""What the vote of an account made this moment counts; it grows evenly from there to 1."""

AT_MOST = 0.5
"""What all votes for one paper that do not count fully count together, at most. Chosen by `benchmarks.trending`."""


def weight(age: float, trust: float | None = None) -> float:
    """What a vote counts by the age of its account in days when it voted, or what an editor has said it counts."""
    if trust is not None:
        return trust
    return FRESH + (1 - FRESH) * min(max(age / SETTLED, 0.0), 1.0)


def together(full: float, less: float) -> float:
    """What a paper's votes count: the sum of those that count fully, and of the others, which are bounded."""
    return full + min(less, AT_MOST)
