"""Commands for what is mailed: see a digest before it goes out, and who is subscribed to what."""

from __future__ import annotations

import sys
from typing import Any

import click

from broadsheet.deliver.cli.program import NOT_FOUND, leave, now, prepare
from broadsheet.deliver.cli.showing import json_option, print_json
from broadsheet.digests import Kind, Want


@click.group()
def digest() -> None:
    """See what is mailed."""


@digest.command()
@click.option("--kind", "wanted", multiple=True, metavar="KIND[:VALUE]", help="trending, front-page, search:WORDS, category:NAME, author:NAME, collection:NUMBER; several times.")  # fmt: skip  # noqa: E501
@click.option("--subscriber", "address", metavar="ADDRESS", help="What this subscriber would be mailed now.")
@click.option("--html", "form", flag_value="html", help="The mail's HTML instead of its text.")
@click.option("--text", "form", flag_value="text", default="text", help="The mail's text (the default).")
@json_option
def preview(wanted: tuple[str, ...], address: str | None, form: str, *, as_json: bool) -> None:
    """Show the digest that would be mailed now; nothing is sent, and nothing counts as sent.

    Without a subscriber it is that of the newest day that has papers. Exit status 3 if there is nothing new: then no
    mail goes out.

    \b
    Examples:
      broadsheet digest preview
      broadsheet digest preview --kind "search:graph transformers" --kind trending
      broadsheet digest preview --subscriber ada@example.org --html > mail.html
    """
    prepare()
    from broadsheet import wiring
    from broadsheet.core import composing, subscribing
    from broadsheet.core.news import News
    from broadsheet.core.wants import checked
    from broadsheet.deliver.mail import rendering
    from broadsheet.digests import Subscriber
    from broadsheet.library import subscriptions

    if address:
        who = subscriptions.at(subscribing.addressed(address))
        if who is None:
            leave(f"Nobody is subscribed at {address}.", NOT_FOUND)
        running = [one for one in subscribing.running(who) if one.next_at]
        found = composing.preview(who, running, News(wiring.index(), wiring.formula(), now()))
    else:
        who = Subscriber(number=0, address="you@example.org", secret="")
        wants = [checked(_want(word)) for word in wanted or ("trending", "front-page")]
        found = composing.sample(wants, wiring.index(), wiring.formula(), now=now())
    if found is None:
        leave("There is nothing new, so no mail would go out.", NOT_FOUND)
    mail = rendering.show(found, who)
    if as_json:
        print_json(mail._asdict())
    elif form == "html":
        click.echo(mail.html)
    else:
        click.echo(f"Subject: {mail.subject}\n\n{mail.text}", nl=False)


@click.command("subscriptions")
@click.option("--limit", default=100, show_default=True, help="Subscribers to list at most.")
@json_option
def subscriptions_(limit: int, *, as_json: bool) -> None:
    """List who is subscribed to what, and when it goes out next.

    \b
    Examples:
      broadsheet subscriptions
      broadsheet subscriptions --limit 1000 --json
    """
    prepare()
    from broadsheet.core.wants import named
    from broadsheet.library import subscriptions

    people: list[dict[str, Any]] = [
        {
            "address": who.address,
            "door": who.door,
            "zone": who.zone,
            "confirmed": who.confirmed_at is not None,
            "subscriptions": [
                {
                    "kind": one.want.kind.value,
                    "value": one.want.value,
                    "words": named(one.want, who.account),
                    "every": one.times.every.value,
                    "hour": one.times.hour,
                    "state": _state(one),
                    "next": one.next_at.isoformat(timespec="minutes") if one.next_at else "",
                }
                for one in several
            ],
        }
        for who, several in subscriptions.listed(0, limit)
    ]
    if as_json:
        print_json({"subscribers": people, "running": dict(subscriptions.counts())})
        return
    if not people:
        click.echo("Nobody is subscribed yet. The form is at /subscribe.")
        sys.exit(NOT_FOUND)
    for person in people:
        click.secho(f"{person['address']}  {person['zone']}", bold=True)
        for one in person["subscriptions"]:
            click.echo(
                f"     {one['words']}, each {one['every']}: {one['state']}"
                + (f", next {one['next']}" * bool(one["next"]))
            )


def _want(word: str) -> Want:
    kind, _, value = word.partition(":")
    try:
        return Want(Kind(kind), value)
    except ValueError:
        raise click.UsageError(f"There is no kind {kind!r}. Known are: {', '.join(Kind)}.") from None


def _state(one: Any) -> str:
    if one.ended_at:
        return "ended"
    if one.confirmed_at is None:
        return "not confirmed"
    return "paused" if one.paused_at else "running"
