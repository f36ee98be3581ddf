"""Commands for collections: list them, and take them out."""

from __future__ import annotations

import sys

import click

from broadsheet.deliver.cli.program import NOT_FOUND, leave, now, prepare
from broadsheet.deliver.cli.showing import json_option, print_json, small

FORMATS = ("bibtex", "ris", "csl", "json")
account_option = click.option("--account", help="See what the account of this name sees, private ones too.")


@click.command()
@account_option
@json_option
def collections(account: str | None, *, as_json: bool) -> None:
    """List the public collections, or those of an account and those shared with it.

    \b
    Examples:
      broadsheet collections
      broadsheet collections --account ada --json
    """
    prepare()
    from broadsheet.core import collecting
    from broadsheet.deliver import shelves
    from broadsheet.types import Paging

    if account:
        found = collecting.of_account(collecting.actor_named(account, now=now()))
    else:
        found = list(collecting.public(None, Paging(1, 100_000)).collections)
    shown = [shelves.collection(each) for each in found]
    if as_json:
        print_json({"collections": shown})
    for each in shown if not as_json else ():
        kind = "public" if each["public"] else "private"
        click.echo(click.style(f"{each['id']:>5}  ", dim=True) + click.style(each["title"], bold=True), nl=False)
        click.echo(click.style(f"  {each['size']} papers by {each['by']}, {kind}", dim=True))
    if not shown:
        sys.exit(NOT_FOUND)


@click.command()
@click.argument("name")
@account_option
@click.option("--export", "form", type=click.Choice(FORMATS), help="Print all papers in this format instead.")
@json_option
def collection(name: str, account: str | None, form: str | None, *, as_json: bool) -> None:
    """Show the papers of a collection, named by its number or, if one alone has it, by its title.

    \b
    Examples:
      broadsheet collection 12
      broadsheet collection "Reading group" --account ada --export bibtex > refs.bib
    """
    settings = prepare()
    from broadsheet.core import collecting, shelving
    from broadsheet.core.collecting import CollectionNotFoundError
    from broadsheet.deliver import shelves

    try:
        found = collecting.named(name, collecting.actor_named(account, now=now()) if account else None)
    except CollectionNotFoundError as error:
        leave(str(error), NOT_FOUND)
    kept = shelving.every(found)
    if form:
        click.echo(shelves.export(kept, found, form, settings.SITE_URL), nl=False)
    elif as_json:
        print_json({**shelves.collection(found), "papers": [shelves.kept(each) for each in kept]})
    else:
        click.secho(f"{found.title}: {found.size} papers by {found.by}", bold=True)
        for shown in map(shelves.kept, kept):
            click.echo(click.style(f"{shown['place']:>3}  ", dim=True) + click.style(shown["title"], bold=True))
            click.echo(small(shown), nl=False)
            if shown["kept_note"]:
                click.echo(click.wrap_text(shown["kept_note"], 100, "     ", "     "))
