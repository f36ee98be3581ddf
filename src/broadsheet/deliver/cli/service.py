"""Commands for whoever keeps the service: start it, look after it, build its index."""

from __future__ import annotations

import sys

import click

from broadsheet.deliver.cli.program import FAILED, load_settings, now, prepare
from broadsheet.deliver.cli.showing import bar, json_option, print_json


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.  [default: 8000]")
@click.option(
    "--sample/--no-sample",
    default=True,
    show_default=True,
    help="Fill an empty library with the sample reading list.",
)
def up(host: str | None, port: int | None, *, sample: bool) -> None:
    """Start the service: the pages and the background jobs, in the foreground.

    \b
    Examples:
      broadsheet up
      broadsheet up --port 9000 --no-sample
      BROADSHEET_DATA=/srv/papers broadsheet up --host 0.0.0.0
      kill -HUP 4711    start it anew, as process 4711, after an upgrade or a change of settings; loses no request
    """
    from broadsheet import settings
    from broadsheet.deliver.serving import keeper, listening

    listener = listening.listen(host or settings.HOST, settings.PORT if port is None else port)

    def ready() -> None:
        click.secho(f"{settings.SITE_NAME} is at {listening.address(listener)}", bold=True)
        click.echo(f"The library is in {settings.DATA_FOLDER}. Stop with ctrl-c.")

    command = [sys.executable, "-m", "broadsheet", "generation", "--sample" if sample else "--no-sample"]
    sys.exit(keeper.keep(command, listener, ready=ready))


@click.command(hidden=True)
@click.option("--listener", type=int, required=True, help="Number of the open file of the listening socket.")
@click.option("--ready", type=int, required=True, help="Number of the open file to write to once all is ready.")
@click.option("--keeper", type=int, required=True, help="Number of the process that started this one.")
@click.option("--sample/--no-sample", default=False, help="Fill an empty library with the sample reading list.")
def generation(listener: int, ready: int, keeper: int, *, sample: bool) -> None:
    """Run one generation of the service, as `up` starts it: workers, and the background jobs."""
    settings = prepare()
    import socket

    from broadsheet.core import imports
    from broadsheet.deliver.serving import generation

    if sample and (report := imports.import_sample(now=now())).new:
        click.echo(f"Loaded the sample reading list: {report.new} papers.")
    generation.run(
        socket.socket(fileno=listener), ready, keeper=keeper, workers=settings.WORKERS, threads=settings.THREADS
    )


@click.command()
def jobs() -> None:
    """Run the background jobs alone; `up` runs them beside the pages.

    \b
    Example:
      broadsheet jobs    beside a web server of your own that serves broadsheet.deliver.web.wsgi
    """
    prepare()
    import os

    from broadsheet.deliver.serving import generation

    generation.run_jobs(os.getppid())


@click.command(hidden=True)
@click.option("--parent", type=int, required=True, help="Number of the process that started this one.")
@click.option("--now", "moment", required=True, help="The moment at which is due what is to be composed.")
def compose(parent: int, moment: str) -> None:
    """Compose the digests that are due in several processes, as the background jobs do when they are many."""
    settings = load_settings()
    from datetime import datetime

    from broadsheet.deliver.serving import composers

    done, whole = composers.run(datetime.fromisoformat(moment), parent=parent, composers=settings.COMPOSERS)
    print_json(done._asdict())
    if not whole:
        sys.exit(FAILED)


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Look whether everything is in order, and say what to do where it is not.

    \b
    Examples:
      broadsheet doctor
      broadsheet doctor --json
    """
    settings = load_settings()
    from broadsheet import wiring
    from broadsheet.core.doctor import Verdict, examine

    checks = list(examine(settings.DATA_FOLDER, settings.INDEX_FOLDER, wiring.embedder, settings.CONTACT))
    if not any(check.name == "library" and check.verdict is Verdict.BAD for check in checks):
        from broadsheet.deliver.mail import steps as mail

        checks += mail.examine(now())
    if as_json:
        print_json({"checks": [check._asdict() for check in checks]})
    else:
        colours = {Verdict.GOOD: "green", Verdict.WARNING: "yellow", Verdict.BAD: "red"}
        for check in checks:
            click.echo(f"{click.style(f'{check.verdict:<8}', fg=colours[check.verdict])}{check.name:<12} {check.words}")
    if any(check.verdict is Verdict.BAD for check in checks):
        sys.exit(FAILED)


@click.command()
@click.option(
    "--kind", type=click.Choice(["rsa", "ed25519"]), default="rsa", show_default=True, help="Kind of a new key."
)
@click.option(
    "--file", "path", type=click.Path(dir_okay=False), help="The key's file.  [default: dkim.pem in the data folder]"
)
def dkim(kind: str, path: str | None) -> None:
    """Make the key that signs mails, or show the one that is there, and the DNS record that belongs to it.

    RSA is what every mail server can check; Ed25519 is shorter and not yet known to all of them.

    \b
    Examples:
      broadsheet dkim
      broadsheet dkim --kind ed25519 --file /etc/broadsheet/dkim.pem
    """
    settings = load_settings()
    from pathlib import Path

    from broadsheet.deliver.mail import dkim as keys
    from broadsheet.deliver.mail.steps import letterhead_domain

    file = Path(path) if path else settings.DKIM_KEY or settings.DATA_FOLDER / "dkim.pem"
    if file.exists():
        key = keys.load(file)
        click.echo(f"The key in {file} is there already.")
    else:
        key = keys.make(file, kind)
        click.echo(f"Made a key in {file}, which only you may read.")
    click.echo("Add this record to the DNS:\n")
    click.echo(keys.zone_line(settings.DKIM_SELECTOR, letterhead_domain(), keys.record(key)))
    if settings.DKIM_KEY is None:
        click.echo(f"\nThen let mails be signed: BROADSHEET_DKIM_KEY={file}")
    click.echo("\n`broadsheet doctor` says whether the record is there.")


@click.command()
@json_option
def reindex(*, as_json: bool) -> None:
    """Build the search index anew from the library, beside the old one, then swap.

    \b
    Example:
      broadsheet reindex
    """
    settings = prepare()
    from broadsheet import wiring
    from broadsheet.core import indexing

    with bar("Indexing", quiet=as_json) as progress:
        papers = indexing.rebuild(settings.INDEX_FOLDER, wiring.embedder(), progress=progress)
    if as_json:
        print_json({"papers": papers})
    else:
        click.echo(f"Indexed {papers} papers.")
