"""Commands for web hooks: programs that are told of events."""

from __future__ import annotations

import sys

import click

from broadsheet.deliver.cli.program import FAILED, NOT_FOUND, leave, now, prepare
from broadsheet.deliver.cli.showing import json_option, print_json
from broadsheet.sending import Event, Verdict

number_argument = click.argument("number", type=int)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def hooks(context: click.Context, *, as_json: bool) -> None:
    """Programs that are told of new papers, submissions and what rises. Without a command: all of them.

    \b
    Examples:
      broadsheet hooks
      broadsheet hooks add https://bot.example.org/papers --on paper,trending
      broadsheet hooks test 3
    """
    if context.invoked_subcommand:
        return
    prepare()
    from broadsheet.core import hooks as verbs
    from broadsheet.deliver import hooks as calls

    found = list(map(calls.shown, verbs.every()))
    if as_json:
        print_json({"hooks": found})
    for each in [] if as_json else found:
        told = ", ".join(each["events"]) + (f", new papers for {each['query']!r}" if each["query"] else "")
        click.echo(click.style(f"{each['number']:>5}  ", dim=True) + click.style(each["address"], bold=True))
        click.echo(click.style(f"       {told}" + (f"; paused: {each['why']}" if each["paused"] else ""), dim=True))
    if not found:
        if not as_json:
            click.echo("There are no hooks yet. For example: broadsheet hooks add https://example.org/ --on paper")
        sys.exit(NOT_FOUND)


@hooks.command()
@click.argument("address")
@click.option("--on", "events", default="paper", show_default=True, help=f"What it is told of: {', '.join(Event)}.")
@click.option("--query", default="", help="Tell it of those new papers only that match this search.")
@json_option
def add(address: str, events: str, query: str, *, as_json: bool) -> None:
    """Tell the program at ADDRESS of what happens from now on, and print the secret that signs it: once.

    \b
    Examples:
      broadsheet hooks add https://bot.example.org/papers --on paper,submission,trending
      broadsheet hooks add https://bot.example.org/graphs --query "graph transformers"
    """
    chosen = events.replace(",", " ").split()
    if unknown := [word for word in chosen if word not in list(Event)]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(Event)}.", param_hint="--on")
    prepare()
    from broadsheet.core import hooks as verbs
    from broadsheet.deliver import hooks as calls

    made = verbs.add(None, address, set(map(Event, chosen)), query, now=now())
    if as_json:
        print_json(calls.shown(made) | {"secret": made.secret})
        return
    click.echo(made.secret)
    click.echo(f"Hook {made.number} is signed with this, which is never shown again.", err=True)


@hooks.command()
@number_argument
def pause(number: int) -> None:
    """Tell a hook nothing for now; what happens meanwhile is told later.

    \b
    Example:
      broadsheet hooks pause 3
    """
    prepare()
    from broadsheet.core import hooks as verbs

    verbs.pause(None, number, "by hand", now=now())
    click.echo(f"Hook {number} is paused.")


@hooks.command()
@number_argument
def resume(number: int) -> None:
    """Go on with a hook where it was paused.

    \b
    Example:
      broadsheet hooks resume 3
    """
    prepare()
    from broadsheet.core import hooks as verbs

    again = verbs.resume(None, number, now=now())
    click.echo(f"Hook {number} goes on" + (f"; {again} calls are tried again." if again else "."))


@hooks.command()
@number_argument
def remove(number: int) -> None:
    """Delete a hook, with all that it was still to be told.

    \b
    Example:
      broadsheet hooks remove 3
    """
    prepare()
    from broadsheet.core import hooks as verbs

    verbs.remove(None, number)
    click.echo(f"Hook {number} is removed.")


@hooks.command()
@number_argument
def test(number: int) -> None:
    """Call a hook now, of the type `test` and with no papers, and show what it answers.

    \b
    Example:
      broadsheet hooks test 3
    """
    prepare()
    from broadsheet.core import hooks as verbs
    from broadsheet.deliver import hooks as calls

    outcome = calls.test(verbs.hook(number))
    if outcome.verdict is not Verdict.ACCEPTED:
        leave(f"Hook {number} did not take it: {outcome.words}", FAILED)
    click.echo(f"Hook {number} took it: {outcome.words}")
