"""Commands for what a person knows better about which records are one paper."""

from __future__ import annotations

import click

from broadsheet.deliver.cli.program import index_now, now, prepare
from broadsheet.deliver.cli.showing import json_option, print_json


@click.command()
@click.option("--undo", type=int, metavar="NUMBER", help="Take this merge apart again.")
@click.option("-n", "--size", type=click.IntRange(1, 1000), default=20, show_default=True, help="Merges to show.")
@json_option
def merges(undo: int | None, size: int, *, as_json: bool) -> None:
    """Show which papers became one, latest first, and why; or undo one.

    \b
    Examples:
      broadsheet merges
      broadsheet merges --undo 12
    """
    prepare()
    from broadsheet.core import splitting

    if undo is not None:
        splitting.undo_merge(undo, now=now())
        index_now(quiet=True)
        click.echo(f"Undone. The two papers of merge {undo} stay two from now on; `broadsheet join` makes them one.")
        return
    found = splitting.recent_merges(size)
    if as_json:
        print_json({"merges": [{"number": each.number, "at": each.at, "paper": each.paper_id, "title": each.title,
                                "gone": each.gone_id, "gone_title": each.gone_title, "cause": each.cause}
                               for each in found]})  # fmt: skip
        return
    for each in found:
        click.echo(
            click.style(f"{each.number:>6}  {each.at:%Y-%m-%d %H:%M}  ", dim=True) + f"{each.gone_id} → {each.paper_id}"
        )
        click.echo(click.style(f"{'':26}{each.title}\n{'':26}{each.cause}", dim=True))
    if not found:
        click.echo("No papers were merged.")


@click.command()
@click.argument("paper_id")
@click.argument("records", nargs=-1)
def split(paper_id: str, records: tuple[str, ...]) -> None:
    """Make some RECORDS of a paper a paper of their own; without any, show the records that there are.

    A record is given by its number in that list. The two stay two, whatever comes; `join` takes it back.

    \b
    Examples:
      broadsheet split 2401.01234
      broadsheet split 2401.01234 3
    """
    prepare()
    from broadsheet.core import papers, splitting

    paper = papers.paper(paper_id)
    seen = papers.seen_at(paper)
    if not records:
        for number, each in enumerate(seen, 1):
            first = each.record.authors[0] if each.record.authors else "no author"
            click.echo(f"{number:>3}  {each.record.source:<16} {each.name}")
            click.echo(click.style(f"     {first}: {each.record.title}", dim=True))
        return
    try:
        chosen = {
            (seen[int(number) - 1].record.source, seen[int(number) - 1].name) for number in records if int(number)
        }
    except (ValueError, IndexError):
        raise click.BadParameter(f"Give numbers from 1 to {len(seen)}.", param_hint="RECORDS") from None
    splitting.split(paper, chosen, now=now())
    index_now(quiet=True)
    click.echo(f"Split: {len(chosen)} of {len(seen)} records are a paper of their own now.")


@click.command()
@click.argument("one")
@click.argument("other")
def join(one: str, other: str) -> None:
    """Make two papers one, whatever their records say.

    \b
    Example:
      broadsheet join arxiv:2401.01234 doi:10.1000/182
    """
    prepare()
    from broadsheet.core import papers, splitting

    splitting.join(papers.paper(one), papers.paper(other), now=now())
    index_now(quiet=True)
    click.echo("Joined. `broadsheet merges` lists it, and undoes it.")
