"""Commands for where papers come from: follow a source, try it, pause it, see whether it is complete."""

from __future__ import annotations

import re
import sys
import threading
from datetime import timedelta
from itertools import islice
from typing import Any

import click

from broadsheet.deliver.cli.program import FAILED, index_now, now, prepare
from broadsheet.deliver.cli.showing import counting, in_numbers, in_words, json_option, print_json
from broadsheet.incoming import Batch

SHOWN = 10
_INTERVAL = re.compile(r"(\d{1,4})\s*(m|h|d)")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def sources(context: click.Context, *, as_json: bool) -> None:
    """Where papers come from by themselves. Without a command: the sources, and how they are.

    \b
    Examples:
      broadsheet sources
      broadsheet sources add arxiv cs.LG cs.CL
      broadsheet sources add huggingface --dry-run
      broadsheet sources try arxiv
    """
    if context.invoked_subcommand:
        return
    prepare()
    from broadsheet.core import sources as verbs
    from broadsheet.deliver import keeping

    found = [keeping.source(each, now()) for each in verbs.every()]
    if as_json:
        print_json({"sources": found})
        return
    for each in found:
        colour = {"failing": "red", "paused": "yellow"}.get(each["state"], "green")
        click.echo(
            click.style(f"{each['name']:<20}", bold=True)
            + click.style(f"{each['state']:<9}", fg=colour)
            + each["asked_for"]
        )
        click.echo(click.style(f"{'':20}{each['words']}", dim=True))
        if each["error"]:
            click.echo(click.style(f"{'':20}{each['error']}", fg="red"))
    if not found:
        click.echo("No sources yet. `broadsheet sources kinds` shows what can be followed; for example:")
        click.echo("  broadsheet sources add arxiv cs.LG cs.CL")


@sources.command()
@json_option
def kinds(*, as_json: bool) -> None:
    """Show what kinds of sources there are, with their options and an example of each."""
    prepare()
    from broadsheet.sources.catalogue import KINDS

    if as_json:
        fields = ("name", "about", "words", "values", "example")
        print_json({"kinds": [{field: getattr(kind, field) for field in fields} for kind in KINDS.values()]})
        return
    for kind in KINDS.values():
        click.echo(click.style(f"{kind.name:<17}", bold=True) + kind.about)
        for name, meaning in kind.values.items():
            click.echo(click.style(f"{'':17}{name}=  {meaning}", dim=True))
        click.echo(f"{'':17}broadsheet sources add {kind.example}")


@sources.command()
@click.argument("kind")
@click.argument("words", nargs=-1)
@click.option(
    "--set", "-s", "values", multiple=True, metavar="NAME=VALUE", help="An option of this kind; may be repeated."
)
@click.option("--name", help="What to call it.  [default: its kind]")
@click.option("--every", help="How often to ask, e.g. 30m, 6h or 1d.  [default: the kind's]")
@click.option("--dry-run", is_flag=True, help="Show the first records instead of adding it.")
@json_option
def add(
    kind: str, words: tuple[str, ...], values: tuple[str, ...], name: str | None, every: str | None, *,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Follow a source of KIND. The WORDS say what of it: categories, venues, addresses.

    \b
    Examples:
      broadsheet sources add arxiv cs.LG cs.CL
      broadsheet sources add arxiv-oai --set since=2024-01-01 cs --name all-of-cs
      broadsheet sources add feed https://example.org/journal.rss --every 6h
      broadsheet sources add openreview ICLR.cc/2024/Conference --dry-run
    """
    prepare()
    from broadsheet.core import sources as verbs

    options = _options(values)
    if dry_run:
        _show_first(kind, words, options, as_json=as_json)
        return
    made = verbs.follow(kind, words, options, now=now(), name=name or "", every=_interval(every))
    if as_json:
        print_json({"name": made.name, "kind": made.kind, "words": list(made.words)})
    else:
        click.echo(f"Following {made.name}. A running service fetches from it in a moment; `broadsheet sources try "
                   f"{made.name}` does so now.")  # fmt: skip


@sources.command("try")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Show the first records from the start instead of storing anything.")
@json_option
def try_(name: str, *, dry_run: bool, as_json: bool) -> None:
    """Fetch from a source here and now.

    \b
    Examples:
      broadsheet sources try arxiv
      broadsheet sources try arxiv --dry-run
    """
    prepare()
    from broadsheet import wiring
    from broadsheet.core import fetching
    from broadsheet.core import sources as verbs
    from broadsheet.types import StoreReport

    state = verbs.source(name)
    if dry_run:
        _show_first(state.kind, state.words, dict(state.values), as_json=as_json)
        return
    with counting(f"Fetching from {name}", quiet=as_json) as read:

        def progress(stored: StoreReport, _total: int | None) -> None:
            read(stored.read)

        report = fetching.fetch(name, wiring.http(), clock=now, stop=threading.Event(), progress=progress)
    stored = report.stored
    if as_json:
        print_json(in_numbers(stored) | {"unread": list(report.unread), "error": report.error})
    else:
        click.echo(f"{name}: {in_words(stored) if stored.read else 'nothing new'}")
        for words in report.unread:
            click.secho(f"not read: {words}", err=True, fg="yellow")
        if report.error:
            click.secho(report.error, err=True, fg="red")
    index_now(quiet=as_json)
    if report.error:
        sys.exit(FAILED)


@sources.command()
@click.argument("name")
def pause(name: str) -> None:
    """Fetch no more from a source, until `resume`."""
    prepare()
    from broadsheet.core import sources as verbs

    verbs.pause(name)
    click.echo(f"{name} is paused. `broadsheet sources resume {name}` goes on where it stopped.")


@sources.command()
@click.argument("name")
def resume(name: str) -> None:
    """Fetch again from a paused source, from where it stopped."""
    prepare()
    from broadsheet.core import sources as verbs

    verbs.resume(name, now=now())
    click.echo(f"{name} goes on.")


@sources.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restart(name: str, *, yes: bool) -> None:
    """Forget how far a source is, so that it is fetched from the start. No paper is lost or doubled by it."""
    prepare()
    from broadsheet.core import sources as verbs

    verbs.source(name)
    if yes or click.confirm(f"Fetch everything from {name} again?", abort=True):
        verbs.restart(name, now=now())
        click.echo(f"{name} begins from the start.")


@sources.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, *, yes: bool) -> None:
    """Follow a source no longer. The papers that it brought stay."""
    prepare()
    from broadsheet.core import sources as verbs

    verbs.source(name)
    if yes or click.confirm(f"Forget the source {name}?", abort=True):
        verbs.forget(name)
        click.echo(f"{name} is forgotten; its papers stay.")


@click.command()
@click.argument("category", required=False)
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How far to look back.")
@json_option
def completeness(category: str | None, days: int, *, as_json: bool) -> None:
    """Show whether all papers that were announced in the followed categories are here, by day.

    \b
    Examples:
      broadsheet completeness
      broadsheet completeness cs.LG --days 30
    """
    prepare()
    from broadsheet.core import completeness as verbs
    from broadsheet.deliver import keeping

    found = [keeping.category_day(each) for each in verbs.completeness(now=now(), days=days, category=category or "")]
    if as_json:
        print_json({"days": found})
        return
    colours = {"complete": "green", "gap": "red", "unchecked": "yellow", "unseen": "red"}
    for each in found:
        click.echo(
            f"{each['day']}  {each['category']:<18}"
            + click.style(f"{each['verdict']:<10}", fg=colours[each["verdict"]])
            + each["words"]
        )
    if not found:
        click.echo("No archive's announcements are followed yet. For example: broadsheet sources add arxiv cs.LG")


def _show_first(kind: str, words: tuple[str, ...], values: dict[str, str], *, as_json: bool) -> None:
    """The first records as a table, and what could not be read."""
    from broadsheet import wiring
    from broadsheet.core import sources as verbs

    batches: list[Batch] = []
    for batch in verbs.look(kind, words, values, wiring.http(), now=now()):
        batches.append(batch)
        if sum(len(each.records) for each in batches) >= SHOWN or len(batches) > SHOWN:
            break
    records = list(islice((record for batch in batches for record in batch.records), SHOWN))
    unread = [line for batch in batches for line in batch.unread]
    if as_json:
        print_json({"records": [_short(record) for record in records], "unread": unread})
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="dim")
    for column in ("id", "published", "title", "authors", "categories"):
        table.add_column(column, no_wrap=column != "title", ratio=1 if column == "title" else None)
    for row in map(_short, records):
        authors = ", ".join(row["authors"][:2]) + (f" +{len(row['authors']) - 2}" if len(row["authors"]) > 2 else "")
        table.add_row(row["id"], row["published"], row["title"], authors, " ".join(row["categories"][:3]))
    console = Console()
    console.width = max(console.width, 120)
    console.print(table)
    total = next((batch.total for batch in batches if batch.total is not None), None)
    click.echo(f"These are the first {len(records)}" + (f" of {total}" if total else "") + "; nothing was stored.")
    for line in unread:
        click.secho(f"not read: {line}", err=True, fg="yellow")


def _short(record: Any) -> dict[str, Any]:
    day = record.published or record.announced or record.featured
    return {
        "id": record.ids[0] if record.ids else "",
        "published": day.isoformat() if day else str(record.year or ""),
        "title": record.title,
        "authors": list(record.authors),
        "categories": list(record.categories),
    }


def _options(values: tuple[str, ...]) -> dict[str, str]:
    options = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE.", param_hint="--set")
        options[name.strip()] = text.strip()
    return options


def _interval(text: str | None) -> timedelta | None:
    if text is None:
        return None
    match = _INTERVAL.fullmatch(text.strip().lower())
    if not match:
        raise click.BadParameter(f"{text!r} is no interval; write 30m, 6h or 1d.", param_hint="--every")
    return timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[match[2]]: int(match[1])})
