"""Commands for whoever keeps the house's accounts: make them, give them roles, tokens, invite, list, delete."""

from __future__ import annotations

import sys
from typing import TextIO

import click

from broadsheet.community import Role
from broadsheet.deliver.cli.program import NOT_FOUND, now, prepare
from broadsheet.deliver.cli.showing import json_option, print_json
from broadsheet.people import Scope

_ROLE = click.Choice([str(role) for role in Role])


@click.command()
@click.argument("name")
@click.option("--email", default="", help="A mail address, to sign in with and to be reached by.")
@click.option("--role", type=_ROLE, help="What the account may do.  [default for a new one: reader]")
@click.option("--administrator", is_flag=True, help="The same as --role administrator.")
@click.option("--password-from", type=click.File("r"), help="Read the password from a file, or - for standard input.")
@click.option("--no-two-factor", is_flag=True, help="Let it sign in without the second factor that it has lost.")
@click.option("--delete", is_flag=True, help="Delete the account and all that it gave, for good.")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
def account(
    name: str, email: str, role: str | None, password_from: TextIO | None,
    *, administrator: bool, no_two_factor: bool, delete: bool, yes: bool,
) -> None:  # fmt: skip
    """Make an account that may sign in, or change one that is there: its role, its password; or delete it.

    The password is asked for, unless an account that is there only gets another role.

    \b
    Examples:
      broadsheet account ada --email ada@example.org
      broadsheet account ada --role editor
      broadsheet account ada --administrator
      broadsheet account ada --password-from secret.txt
      broadsheet account ada --delete
    """
    prepare()
    from broadsheet.core import accounts
    from broadsheet.core.accounts import AccountNameError

    wanted = Role.ADMINISTRATOR if administrator else Role(role) if role else None
    try:
        key: int | None = accounts.key_of(name)
    except AccountNameError:
        if delete or no_two_factor:
            raise
        key = None
    if delete and key is not None:
        _delete(name, key, yes=yes)
    elif no_two_factor and key is not None:
        accounts.drop_two_factor(key)
        click.echo(f"{name} may sign in without a second factor.")
    elif key is not None and wanted and not email and not password_from:
        accounts.give_role(None, key, wanted)
        click.echo(f"{name} is {_with_article(wanted)} now.")
    else:
        made = accounts.make(name, _password(password_from), email=email, role=wanted)
        told = f"{name} may sign in as {wanted or Role.READER}."
        click.echo(told if made else f"{name} was there already, and has a new password.")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def accounts(context: click.Context, *, as_json: bool) -> None:
    """Who can sign in. Without a command: all accounts, those who may most first.

    \b
    Examples:
      broadsheet accounts
      broadsheet accounts --json
      broadsheet accounts tokens ada
    """
    if context.invoked_subcommand:
        return
    prepare()
    from broadsheet.core import accounts as verbs

    found = verbs.every()
    if as_json:
        told = ("name", "role", "mail", "joined", "last_seen", "banned_until", "active")
        print_json({"accounts": [{name: getattr(each, name) for name in told} for each in found]})
        return
    for each in found:
        banned = each.banned_until is not None and each.banned_until > now()
        click.echo(
            f"{each.name:<24} {each.role:<14} "
            + click.style(f"since {each.joined:%Y-%m-%d}", dim=True)
            + (f"  {each.mail}" if each.mail else "")
            + (click.style(f"  may only read until {each.banned_until:%Y-%m-%d}", fg="yellow") if banned else "")
            + ("" if each.active else click.style("  closed", fg="yellow"))
        )
    if not found:
        click.echo("There are no accounts yet. For example: broadsheet account ada --administrator")
        sys.exit(NOT_FOUND)


@accounts.command()
@click.argument("name")
@click.option("--make", "program", metavar="PROGRAM", help="Make a token for this program, and print its secret: once.")
@click.option("--scope", "scopes", type=click.Choice([str(scope) for scope in Scope]), multiple=True, help="What the program may do; several times.  [default: read]")  # fmt: skip  # noqa: E501
@click.option("--days", type=click.IntRange(1, 3650), help="Days for which it is good.  [default: until it is ended]")
@click.option("--end", type=int, metavar="NUMBER", help="End the token of this number, at once and for good.")
@json_option
def tokens(
    name: str, program: str | None, scopes: tuple[str, ...], days: int | None, end: int | None, *, as_json: bool
) -> None:
    """List the tokens by which programs act for an account; make one, or end one.

    \b
    Examples:
      broadsheet accounts tokens ada
      broadsheet accounts tokens ada --make "my agent" --scope read --scope write --days 90
      broadsheet accounts tokens ada --end 3
    """
    prepare()
    from broadsheet.core import accounts as people
    from broadsheet.core import tokens as verbs
    from broadsheet.deliver import present

    actor = people.acting(name, now=now())
    if program is not None:
        made = verbs.make(actor, program, [Scope(scope) for scope in scopes] or [Scope.READ], now=now(), days=days)
        if as_json:
            print_json(made._asdict())
        else:
            click.echo(made.secret)
            until = f"until {made.ends_at:%Y-%m-%d}" if made.ends_at else "until it is ended"
            click.echo(f"Whoever shows this acts for {name}, {until}. It is never shown again.", err=True)
        return
    if end is not None:
        verbs.end(actor.key, end)
        click.echo(f"Token {end} of {name} is ended.")
        return
    found = [present.token(each, now()) for each in verbs.of_account(actor.key)]
    if as_json:
        print_json({"tokens": found})
        return
    for each in found:
        used = f"last used {each['used_at']:%Y-%m-%d %H:%M}" if each["used_at"] else "never used"
        click.echo(
            f"{each['number']:>5}  {each['name']:<24} {', '.join(each['scopes']):<28} "
            + click.style(f"made {each['made_at']:%Y-%m-%d}, {used}", dim=True)
            + (f"  until {each['ends_at']:%Y-%m-%d}" if each["ends_at"] else "")
            + (click.style("  too old", fg="yellow") if each["over"] else "")
        )
    if not found:
        click.echo(f'{name} has no tokens yet. For example: broadsheet accounts tokens {name} --make "my agent"')
        sys.exit(NOT_FOUND)


@click.command()
@click.option("--role", type=_ROLE, default=str(Role.READER), show_default=True, help="What the account may do.")
@click.option("--mail", default="", metavar="ADDRESS", help="Send the link there, if a mail server is set.")
@click.option("--days", type=click.IntRange(1, 365), default=14, show_default=True, help="Days for which it is good.")
def invite(role: str, mail: str, days: int) -> None:
    """Make an invitation, and print the link by which somebody makes an account: once, and no other.

    \b
    Examples:
      broadsheet invite
      broadsheet invite --role editor --mail bo@example.org --days 3
    """
    prepare()
    from broadsheet import letters
    from broadsheet.deliver import inviting

    link = inviting.invite(None, Role(role), mail, now(), address=letters.address(), days=days)
    click.echo(link.address)
    sent = f" It was sent to {mail}." if link.mailed else ""
    click.echo(f"Whoever opens this makes an account as {role}, until {link.until:%Y-%m-%d}.{sent}", err=True)


def _password(source: TextIO | None) -> str:
    if source:
        return source.read().strip()
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _delete(name: str, key: int, *, yes: bool) -> None:
    from broadsheet import wiring
    from broadsheet.core import accounts

    if yes or click.confirm(f"Delete {name} and all that it gave, for good?", abort=True):
        accounts.delete(key, wiring.formula())
        click.echo(f"{name} is deleted.")


def _with_article(role: Role) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
