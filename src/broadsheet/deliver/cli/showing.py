"""How the command line shows things: JSON, papers in short, and how far long work is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
import orjson

from broadsheet.types import StoreReport

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON instead of a table.")


def print_json(value: Any) -> None:
    """A value as indented JSON."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def in_numbers(report: StoreReport) -> dict[str, int]:
    """What an import did, for JSON."""
    return {name: getattr(report, name) for name in ("read", "new", "changed", "unchanged", "merged")}


def in_words(report: StoreReport) -> str:
    """What an import did, in one line."""
    if not report.new and not report.changed:
        return f"nothing new, all {report.unchanged} papers were there already"
    parts = [f"{report.new} new"] + [
        f"{number} {word}"
        for number, word in (
            (report.changed, "changed"),
            (report.unchanged, "unchanged"),
            (report.merged, "merged"),
        )
        if number
    ]
    return f"{report.read} read, {', '.join(parts)}"


def small(shown: dict[str, Any]) -> str:
    """The line under a title: authors, id, date."""
    authors = shown["authors"]
    names = ", ".join(authors[:3]) + (f" and {len(authors) - 3} more" if len(authors) > 3 else "")
    return click.style("     " + " · ".join(filter(None, (names, shown["id"], shown["date"]))), dim=True) + "\n"


@contextmanager
def counting(label: str, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A count of things of which nobody knows how many there are; on a terminal only."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed} papers"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done: progress.update(task, completed=done)


@contextmanager
def bar(label: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar that says how many of how many papers are done; on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
