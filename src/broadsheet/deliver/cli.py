"""The command line: each command calls one verb and shows what it answers, as a table or as JSON.

Exit status: 0 done · 1 it failed, and says why · 2 the command line is wrong · 3 nothing was found · 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import orjson

from broadsheet import __version__
from broadsheet.errors import BadFileError, BroadsheetError, IndexBusyError, PaperNotFoundError, SettingError

FAILED, NOT_FOUND, INTERRUPTED = 1, 3, 130

Command = Callable[..., None]


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
            _leave(str(error), NOT_FOUND)
        except BroadsheetError as error:
            _leave(str(error), FAILED)


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


json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON instead of a table.")


@main.command()
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
    """
    settings = _prepare()
    from broadsheet.core import imports
    from broadsheet.deliver import serve

    listener = serve.listen(host or settings.HOST, settings.PORT if port is None else port)
    if sample and (report := imports.import_sample(now=_now())).new:
        click.echo(f"Loaded the sample reading list: {report.new} papers.")

    def ready() -> None:
        click.secho(f"{settings.SITE_NAME} is at {serve.address(listener)}", bold=True)
        click.echo(f"The library is in {settings.DATA_FOLDER}. Stop with ctrl-c.")

    serve.serve(listener, threads=settings.THREADS, ready=ready)


@main.command()
def jobs() -> None:
    """Run the background jobs alone; `up` runs them beside the pages.

    \b
    Example:
      broadsheet jobs    beside a web server of your own that serves broadsheet.deliver.web.wsgi
    """
    _prepare()
    from broadsheet.deliver import serve

    serve.run_jobs()


@main.command("import")
@click.argument("files", nargs=-1, required=True)
@click.option("--encoding", help="How the files' text is encoded, if not UTF-8, e.g. latin-1.")
@json_option
def import_(files: tuple[str, ...], encoding: str | None, *, as_json: bool) -> None:
    """Put the papers of FILES into the library. A file is taken whole or not at all.

    FILES are files, folders, patterns, or - for standard input; plain, or packed as zip, gz or zst. The format is
    recognised by content: the saved text or HTML of a papers page, JSON lines, the daily papers of the Hugging Face
    API, BibTeX, RIS. Importing again changes nothing.

    \b
    Examples:
      broadsheet import refs.bib
      broadsheet import 'saved/*.html' days.zip
      curl -s https://example.org/papers.jsonl | broadsheet import -
    """
    _prepare()
    from broadsheet.core import imports
    from broadsheet.sources.files import expand

    failed = False
    reports: list[dict[str, Any]] = []
    for name in expand(files):
        stream = sys.stdin.buffer if name == "-" else None
        try:
            with _progress(f"Reading {Path(name).name}", quiet=as_json) as read:
                report = imports.import_file(name, now=_now(), stream=stream, encoding=encoding, progress=read)
        except BadFileError as error:
            failed = True
            reports.append({"file": name, "error": str(error), "place": error.place})
            click.secho(f"Nothing was imported from {error}", err=True, fg="red")
            continue
        reports.append({"file": name, "read": report.read, "new": report.new, "changed": report.changed,
                        "unchanged": report.unchanged, "merged": report.merged})  # fmt: skip
        if not as_json:
            click.echo(f"{name}: {_in_words(report)}")
    if as_json:
        _print_json({"files": reports})
    _index(quiet=as_json)
    if failed:
        sys.exit(FAILED)


@main.command()
@click.argument("words", nargs=-1)
@click.option("--after", help="Not older than this day, month or year, e.g. 2024-03.")
@click.option("--before", help="Not newer than this day, month or year.")
@click.option("--cat", "categories", multiple=True, help="Only this category, e.g. cs.LG or cs; may be repeated.")
@click.option("--code", is_flag=True, help="Only papers that link to code.")
@click.option("--sort", type=click.Choice(["relevance", "date"]), default="relevance", show_default=True)
@click.option("--page", type=click.IntRange(1, 1000), default=1, show_default=True)
@click.option("-n", "--size", type=click.IntRange(1, 100), default=10, show_default=True, help="Papers on a page.")
@json_option
def search(
    words: tuple[str, ...], after: str | None, before: str | None, categories: tuple[str, ...], sort: str,
    page: int, size: int, *, code: bool, as_json: bool,
) -> None:  # fmt: skip
    """Search the library by words and by meaning.

    The line may hold "quoted phrases", -excluded words, author:, title:, cat:, has:code, after:, before: and ids.

    \b
    Examples:
      broadsheet search normalization makes momentum shrink the effective step size
      broadsheet search '"scale invariant" author:heo' --after 2020 --code
      broadsheet search arXiv:2006.08217 --json
    """
    _prepare()
    from broadsheet import wiring
    from broadsheet.core import search as verb
    from broadsheet.deliver import present
    from broadsheet.types import Paging, Sort

    operators = [f"after:{after}"] * bool(after) + [f"before:{before}"] * bool(before) + ["has:code"] * code
    operators += [f"cat:{category}" for category in categories]
    _index(quiet=True)
    answer = verb.search(wiring.index(), " ".join([*words, *operators]), sort=Sort(sort), paging=Paging(page, size))
    if as_json:
        _print_json(present.answer(answer))
    elif answer.found:
        for found in map(present.found, answer.found):
            click.echo(click.style(f"{found['rank']:>3}  ", dim=True) + click.style(found["paper"]["title"], bold=True))
            click.echo(_small(found["paper"]) + click.style(f"     {found['reason']}", dim=True))
        click.echo(
            f"{answer.total} found" + (f"; the index is {answer.behind} changes behind" if answer.behind else "")
        )
    else:
        click.echo(
            "Nothing found."
            + (f" Without the filter there are {answer.without_filter}." if answer.without_filter else "")
        )
    if not answer.found:
        sys.exit(NOT_FOUND)


@main.command()
@click.argument("paper_id")
@click.option("--cite", type=click.Choice(["bibtex", "ris", "csl"]), help="Print the citation in this format.")
@json_option
def paper(paper_id: str, cite: str | None, *, as_json: bool) -> None:
    """Show one paper, by any of its ids: an arXiv id, a DOI, an address.

    \b
    Examples:
      broadsheet paper 2006.08217
      broadsheet paper https://arxiv.org/abs/2006.08217v3 --cite bibtex >> refs.bib
    """
    _prepare()
    from broadsheet.core import papers
    from broadsheet.deliver import cite as citations
    from broadsheet.deliver import present

    match = papers.paper(paper_id)
    shown = present.paper(match)
    if cite:
        click.echo(citations.cite(match, cite).rstrip("\n"))
    elif as_json:
        _print_json(shown)
    else:
        click.secho(shown["title"], bold=True)
        click.echo(_small(shown))
        click.echo(click.wrap_text(shown["abstract"] or shown["note"], 100))
        for link in shown["links"]:
            click.echo(f"     {link['label']}: {link['url']}")


@main.command("front-page")
@click.argument("day", required=False)
@click.option("-n", "--size", type=click.IntRange(1, 1000), default=50, show_default=True, help="Papers to show.")
@json_option
def front_page(day: str | None, size: int, *, as_json: bool) -> None:
    """Show the front page of DAY (2026-03-17), by default of the newest day that has papers.

    \b
    Examples:
      broadsheet front-page
      broadsheet front-page 2026-03-17 --json
    """
    _prepare()
    from broadsheet.core import listings
    from broadsheet.deliver import present
    from broadsheet.types import Paging

    try:
        when = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise click.BadParameter(f"{day!r} is not a day; write it as 2026-03-17.", param_hint="DAY") from error
    listing = listings.front_page(when, Paging(1, size), today=_now().date())
    if as_json:
        _print_json(present.listing(listing))
    else:
        click.secho(f"{listing.period.first:%A, %-d %B %Y}: {listing.total} papers", bold=True)
        for number, shown in enumerate(map(present.paper, listing.papers), 1):
            click.echo(click.style(f"{number:>3}  ", dim=True) + click.style(shown["title"], bold=True))
            click.echo(_small(shown), nl=False)
    if not listing.papers:
        sys.exit(NOT_FOUND)


@main.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Look whether everything is in order, and say what to do where it is not.

    \b
    Examples:
      broadsheet doctor
      broadsheet doctor --json
    """
    settings = _django()
    from broadsheet import wiring
    from broadsheet.core.doctor import Verdict, examine

    checks = list(examine(settings.DATA_FOLDER, settings.INDEX_FOLDER, wiring.embedder))
    if as_json:
        _print_json({"checks": [check._asdict() for check in checks]})
    else:
        colours = {Verdict.GOOD: "green", Verdict.WARNING: "yellow", Verdict.BAD: "red"}
        for check in checks:
            click.echo(f"{click.style(f'{check.verdict:<8}', fg=colours[check.verdict])}{check.name:<12} {check.words}")
    if any(check.verdict is Verdict.BAD for check in checks):
        sys.exit(FAILED)


@main.command()
@json_option
def reindex(*, as_json: bool) -> None:
    """Build the search index anew from the library, beside the old one, then swap.

    \b
    Example:
      broadsheet reindex
    """
    settings = _prepare()
    from broadsheet import wiring
    from broadsheet.core import indexing

    with _bar("Indexing", quiet=as_json) as progress:
        papers = indexing.rebuild(settings.INDEX_FOLDER, wiring.embedder(), progress=progress)
    if as_json:
        _print_json({"papers": papers})
    else:
        click.echo(f"Indexed {papers} papers.")


@main.command()
@click.argument("paper_ids", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(paper_ids: tuple[str, ...], *, yes: bool) -> None:
    """Delete papers from the library, for good.

    \b
    Example:
      broadsheet remove page:0c1d2e3f4a5b6c7d --yes
    """
    _prepare()
    from broadsheet.core import papers, store

    doomed = [papers.paper(paper_id) for paper_id in paper_ids]
    for paper in doomed:
        click.echo(f"{paper.paper_id}  {paper.title}")
    if yes or click.confirm(f"Delete {len(doomed)} for good?", abort=True):
        store.remove([paper.key for paper in doomed], now=_now())
        _index(quiet=True)


def _django() -> Any:
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


def _prepare() -> Any:
    """Settings, with Django ready and the library's tables made or brought up to date.

    Raises SettingError when the database cannot be reached or written.
    """
    settings = _django()
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise SettingError(f"The library's database does not work: {reason}. See `broadsheet doctor`.") from error
    return settings


def _index(*, quiet: bool) -> None:
    """Bring the index up to date here and now, unless a running service does that already."""
    from django.conf import settings

    from broadsheet import wiring
    from broadsheet.core import indexing

    try:
        with _bar("Indexing", quiet=quiet) as progress:
            indexing.catch_up(settings.INDEX_FOLDER, wiring.embedder(), progress=progress)
    except IndexBusyError:
        if not quiet:
            click.echo("The running service brings the index up to date.")


def _now() -> datetime:
    return datetime.now(UTC)


def _leave(sentence: str, status: int) -> NoReturn:
    click.secho(sentence, err=True, fg="red")
    sys.exit(status)


def _print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _in_words(report: Any) -> str:
    if not report.new and not report.changed:
        return f"nothing new, all {report.unchanged} papers were there already"
    parts = [f"{report.new} new"] + [
        f"{number} {word}"
        for number, word in (
            (report.changed, "changed"),
            (report.unchanged, "unchanged"),
            (report.merged, "merged"),
        )
        if number
    ]
    return f"{report.read} read, {', '.join(parts)}"


def _small(shown: dict[str, Any]) -> str:
    authors = shown["authors"]
    names = ", ".join(authors[:3]) + (f" and {len(authors) - 3} more" if len(authors) > 3 else "")
    return click.style("     " + " · ".join(filter(None, (names, shown["id"], shown["date"]))), dim=True) + "\n"


@contextmanager
def _progress(label: str, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A count of things of which nobody knows how many there are; on a terminal only."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed} papers"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done: progress.update(task, completed=done)


@contextmanager
def _bar(label: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar that says how many of how many papers are done; on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
