"""The values of the community that cross a boundary, frozen: who acts, and what they may. No input, no output."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account may do; each may all that the one before it may, and they compare in this order.

    A reader votes, comments, collects, flags, and puts papers forward; a contributor's papers are shown at once where
    others' wait for an editor's nod; an editor moderates; an administrator keeps accounts, sources and settings.
    """

    READER = "reader"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"

    @property
    def rank(self) -> int:
        """Its place in the order, from 0."""
        return list(Role).index(self)

    def __ge__(self, other: str) -> bool:
        return self.rank >= Role(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Role(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Role(other).rank

    def __lt__(self, other: str) -> bool:
        return self.rank < Role(other).rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An account that does something: its key, its name, its role; `banned` says that it may only read now."""

    key: int
    name: str
    role: Role = Role.READER
    banned: bool = False
