"""The command that opens the library to agents."""

from __future__ import annotations

import threading

import click

from broadsheet.deliver.cli.program import index_now, now, prepare
from broadsheet.errors import MissingExtraError


@click.command()
@click.option("--http", "over_http", is_flag=True, help="Answer over HTTP, at /mcp, instead of standard input.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --http: address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="With --http: port to listen on; 0 takes a free one.",
)
def mcp(host: str, port: int, *, over_http: bool) -> None:
    """Let agents search and read the library, and with a token save and submit, by the Model Context Protocol.

    An agent starts it by itself, and talks to it over standard input and output; or asks over HTTP. A running
    service is not needed. Needs the extra `mcp`.

    \b
    Examples:
      broadsheet mcp
      broadsheet mcp --http --port 8001
    """
    settings = prepare()
    try:
        from broadsheet.deliver.mcp import server
    except ImportError as error:
        raise MissingExtraError("mcp", "Answering agents") from error
    from django.db import connections

    from broadsheet.deliver.serving import listening

    connections.close_all()  # each call opens one of its own
    threading.Thread(target=_freshen, name="freshen", daemon=True).start()
    if not over_http:
        server.over_standard_streams()
        return
    listener = listening.listen(host, port)
    click.echo(f"Agents are answered at {listening.address(listener).rstrip('/')}{server.PATH}")
    server.over_http(listener, settings.ALLOWED_HOSTS)


def _freshen() -> None:
    """Let the index and the trending list follow the library, which no service may do; agents need not wait for it."""
    from django.db import connections

    from broadsheet import wiring
    from broadsheet.core import trending

    try:
        index_now(quiet=True)
        trending.notice(wiring.formula(), now=now())
    finally:
        connections.close_all()
