"""The command for what rises: the trending list, that of a past day, the tops of a week or a month."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import click

from broadsheet.deliver.cli.program import NOT_FOUND, now, prepare
from broadsheet.deliver.cli.showing import json_option, print_json, small


@click.command()
@click.option("--day", help="The list of this day as it stood in the end, e.g. 2026-03-17.")
@click.option("--week", help="What gained most upvotes in this week, e.g. 2026-W12.")
@click.option("--month", help="What gained most upvotes in this month, e.g. 2026-03.")
@click.option("-n", "--size", type=click.IntRange(1, 500), default=20, show_default=True, help="Papers to show.")
@json_option
def trending(day: str | None, week: str | None, month: str | None, size: int, *, as_json: bool) -> None:
    """Show the papers that rise, each with what it gained and how far that is above what is usual.

    \b
    Examples:
      broadsheet trending
      broadsheet trending -n 5 --json
      broadsheet trending --day 2026-03-17
      broadsheet trending --week 2026-W12
    """
    if sum(bool(each) for each in (day, week, month)) > 1:
        raise click.UsageError("Ask for one of --day, --week and --month.")
    prepare()
    if day:
        shown, otherwise = _past(day), f"The list of {day} was not recorded."
    elif week or month:
        shown, otherwise = _top(week or "", month or "", size), "No paper gained an upvote that is known."
    else:
        shown = _now(size)
        otherwise = "Nothing rises yet. `broadsheet sources add huggingface` brings upvotes that grow."
    shown["papers"] = shown["papers"][:size]
    if as_json:
        print_json(shown)
    for each in [] if as_json else shown["papers"]:
        click.echo(click.style(f"{each['rank']:>3}  ", dim=True) + click.style(each["title"], bold=True))
        click.echo(_line(each))
    if not shown["papers"]:
        if not as_json:
            click.echo(otherwise)
        sys.exit(NOT_FOUND)


def _line(each: dict[str, Any]) -> str:
    """What stands below a title."""
    if "authors" not in each:
        return click.style(f"     {each['id']} · score {each['score']:.2f}", dim=True)
    told = each["reason"] if "reason" in each else f"+{each['gained']:g} upvotes"
    return small(each) + click.style(f"     {told}", dim=True)


def _now(size: int) -> dict[str, Any]:
    from broadsheet import wiring
    from broadsheet.core import trending as verb
    from broadsheet.deliver import present
    from broadsheet.types import Paging

    verb.notice(wiring.formula(), now=now())
    return present.trending(verb.trending(Paging(1, size), wiring.formula(), now=now()))


def _past(text: str) -> dict[str, Any]:
    from broadsheet.core import past

    try:
        kept = past.kept(date.fromisoformat(text)).get("trending")
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a day; write it as 2026-03-17.", param_hint="--day") from error
    if kept is None:
        return {"papers": []}
    return {
        "day": text,
        "taken_at": kept.taken_at.isoformat(timespec="seconds"),
        "formula": dict(kept.formula),
        "papers": list(kept.entries),
    }


def _top(week: str, month: str, size: int) -> dict[str, Any]:
    from broadsheet.core import periods, tops
    from broadsheet.deliver import present
    from broadsheet.types import Paging

    period = periods.week_of(week) if week else periods.month_of(month)
    if period is None:
        wanted, form = ("--week", "2026-W12") if week else ("--month", "2026-03")
        raise click.BadParameter(f"{week or month!r} is none; write it as {form}.", param_hint=wanted)
    return present.top(tops.top(period, Paging(1, size)))
