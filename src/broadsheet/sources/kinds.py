"""What every source of papers promises to whoever fetches from it. No source is named here; the catalogue has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol, runtime_checkable

from broadsheet.errors import SourceError
from broadsheet.incoming import Batch, Checkpoint, Repository
from broadsheet.sources import building
from broadsheet.sources.http import Http, Validators
from broadsheet.types import PaperId, Record


@runtime_checkable
class Source(Protocol):
    """A place that lists papers, and what is wanted of it."""

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
        """What is there since this checkpoint, in batches of at most a few thousand records, each with its checkpoint.

        Ends when there is no more for now. From any batch's checkpoint another call goes on with what follows it:
        nothing is lost by stopping between two batches, and what comes twice is the same record. Raises FetchError.
        """
        ...


@runtime_checkable
class Lookup(Protocol):
    """A place that describes papers by their ids. `schemes` are those of the ids that it knows."""

    @property
    def schemes(self) -> tuple[str, ...]:
        """Schemes of paper ids: `arxiv`, `doi`, ..."""
        ...

    def look_up(self, http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        """What it has on these papers; ids that it does not know, or not the scheme of, bring nothing.

        Checkpoints are empty. Raises FetchError.
        """
        ...


class TitleLookup(Protocol):
    """A place that can be asked for papers by their titles."""

    def by_title(self, http: Http, title: str) -> Sequence[Record]:
        """The first few papers whose titles are like this one, in the place's own order. Raises FetchError."""
        ...


@runtime_checkable
class CodeHost(Protocol):
    """A place that keeps repositories of code."""

    def repositories(
        self, http: Http, known: Mapping[str, Validators]
    ) -> Iterator[tuple[str, Repository | None, Validators]]:
        """Each of these repositories as it is now, None if unchanged, with the validators for next time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person wants of a source: words (categories, venues, addresses), and values by name."""

    words: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str, default: str = "") -> str:
        """The value of this name, or the default."""
        return self.values.get(name, "") or default

    def day(self, name: str) -> date | None:
        """The day that the value of this name is, None without one; SourceError if it is none."""
        text = self.value(name)
        found = building.day(text)
        if text and found is None:
            raise SourceError(f"{name}={text} is not a day such as 2026-03-17.")
        return found

    def days(self, name: str, default: int) -> int:
        """The number of days that the value of this name is; SourceError if it is not one from 1 to 60."""
        text = self.value(name, str(default))
        if not text.isdecimal() or not 1 <= int(text) <= 60:
            raise SourceError(f"{name}={text} is not a number of days from 1 to 60.")
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of source: its name, what it is in a line, how it is asked for, and how one is made from options.

    `words` names what the words mean ("categories"; empty if it takes none); `values` are the names that it
    understands, each with its meaning; `example` follows `broadsheet sources add` and works. `every` is the usual
    time between two fetches. `make` raises SourceError for options that make no sense.
    """

    name: str
    about: str
    example: str
    every: timedelta
    make: Callable[[Options], Source | Lookup | CodeHost]
    words: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def open(self, options: Options) -> Source | Lookup | CodeHost:
        """The source that these options mean; SourceError says which one is wrong."""
        if unknown := sorted(set(options.values) - set(self.values)):
            known = ", ".join(self.values) or "none"
            raise SourceError(f"A source of the kind {self.name} has no option {unknown[0]!r}. It has: {known}.")
        if options.words and not self.words:
            raise SourceError(f"A source of the kind {self.name} takes no words, but got {options.words[0]!r}.")
        return self.make(options)
