"""The program `broadsheet`: its group of commands, its exit statuses, and what every command needs before it starts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any, NoReturn

import click

from broadsheet import __version__
from broadsheet.deliver.cli.showing import bar
from broadsheet.errors import BroadsheetError, IndexBusyError, PaperNotFoundError, SettingError

FAILED, NOT_FOUND, INTERRUPTED = 1, 3, 130


class Group(click.Group):
    """Shows Broadsheet's own errors as one sentence, commands in the order they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Commands as they were declared."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours becomes a line on standard error and an exit status."""
        try:
            return super().invoke(ctx)
        except PaperNotFoundError as error:
            leave(str(error), NOT_FOUND)
        except BroadsheetError as error:
            leave(str(error), FAILED)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="broadsheet")
def main() -> None:
    """Broadsheet, a self-hosted daily paper for research.

    \b
    Examples:
      broadsheet up                              start the service on http://127.0.0.1:8000/
      broadsheet import papers.bib saved/*.html  put papers into the library
      broadsheet search "optimizers with momentum" --after 2020
      broadsheet front-page --json | jq .papers[].title

    \b
    Exit status: 0 done, 1 failed, 2 wrong command line, 3 nothing found, 130 interrupted.
    """


def load_settings() -> Any:
    """Settings, with Django ready to use. Raises SettingError when the database's driver is not installed."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings")
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise SettingError(f"{error}. For PostgreSQL: pip install 'broadsheet[postgres]'") from error
    return settings


def prepare() -> Any:
    """Settings, with Django ready and the library's tables made or brought up to date.

    Raises SettingError when the database cannot be reached or written.
    """
    settings = load_settings()
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise SettingError(f"The library's database does not work: {reason}. See `broadsheet doctor`.") from error
    return settings


def index_now(*, quiet: bool) -> None:
    """Bring the index up to date here and now, unless a running service does that already."""
    from django.conf import settings

    from broadsheet import wiring
    from broadsheet.core import indexing

    try:
        with bar("Indexing", quiet=quiet) as progress:
            indexing.catch_up(settings.INDEX_FOLDER, wiring.embedder(), progress=progress)
    except IndexBusyError:
        if not quiet:
            click.echo("The running service brings the index up to date.")


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def leave(sentence: str, status: int) -> NoReturn:
    """End with this sentence on standard error."""
    click.secho(sentence, err=True, fg="red")
    sys.exit(status)
