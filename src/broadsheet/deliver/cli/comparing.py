"""The command that says which of two mixed rankings readers prefer."""

from __future__ import annotations

import click

from broadsheet.deliver.cli.program import prepare
from broadsheet.deliver.cli.showing import json_option, print_json


@click.command()
@json_option
def interleaving(*, as_json: bool) -> None:
    """Which of two rankings brings what readers open and vote for, where the setting `interleave` mixes them.

    Counted are totals of a day, without saying whose; the chance is that of a difference so large, or larger, if both
    rankings are equally good (a two-sided sign test).
    """
    prepare()
    from broadsheet.core import interleaving as verbs

    found = verbs.tally()
    if as_json:
        print_json({"pairs": [dict(zip(each._fields, each, strict=True)) for each in found]})
        return
    for each in found:
        click.echo(f"{each.one} {each.wins}, {each.other} {each.losses}; chance if they are equal {each.chance:.3f}")
    if not found:
        click.echo("Nothing was counted yet. Set BROADSHEET_INTERLEAVE to two rankings, as: interests mean")
