"""Commands for papers: put them in, find them, show them, take them out."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from broadsheet.deliver.cli.program import FAILED, NOT_FOUND, index_now, leave, now, prepare
from broadsheet.deliver.cli.showing import counting, in_numbers, in_words, json_option, print_json, small
from broadsheet.errors import BadFileError


@click.command("import")
@click.argument("files", nargs=-1, required=True)
@click.option("--encoding", help="How the files' text is encoded, if not UTF-8, e.g. latin-1.")
@click.option("--for", "reader", metavar="NAME", help="Bring FILES, BibTeX or RIS, as this account's own library.")
@json_option
def import_(files: tuple[str, ...], encoding: str | None, reader: str | None, *, as_json: bool) -> None:
    """Put the papers of FILES into the library. A file is taken whole or not at all.

    FILES are files, folders, patterns, or - for standard input; plain, or packed as zip, gz or zst. The format is
    recognised by content: the saved text or HTML of a papers page, JSON lines, the daily papers of the Hugging Face
    API, BibTeX, RIS. Importing again changes nothing.

    \b
    Examples:
      broadsheet import refs.bib
      broadsheet import 'saved/*.html' days.zip
      curl -s https://example.org/papers.jsonl | broadsheet import -
      broadsheet import my-zotero.bib --for ada
    """
    prepare()
    from broadsheet.core import imports
    from broadsheet.sources.files import expand

    if reader is not None:
        _bring(expand(files), reader, as_json=as_json)
        return
    failed = False
    reports: list[dict[str, Any]] = []
    for name in expand(files):
        stream = sys.stdin.buffer if name == "-" else None
        try:
            with counting(f"Reading {Path(name).name}", quiet=as_json) as read:
                report = imports.import_file(name, now=now(), stream=stream, encoding=encoding, progress=read)
        except BadFileError as error:
            failed = True
            reports.append({"file": name, "error": str(error), "place": error.place})
            click.secho(f"Nothing was imported from {error}", err=True, fg="red")
            continue
        reports.append({"file": name} | in_numbers(report))
        if not as_json:
            click.echo(f"{name}: {in_words(report)}")
    if as_json:
        print_json({"files": reports})
    index_now(quiet=as_json)
    if failed:
        sys.exit(FAILED)


def _bring(names: list[str], reader: str, *, as_json: bool) -> None:
    """Put the files into the reader's private collection; the last one's papers stay there."""
    from broadsheet.core import accounts, own_library

    actor = accounts.named(reader, now=now())
    if actor is None:
        leave(f"There is no account {reader!r}. Make it with: broadsheet account {reader}", NOT_FOUND)
    if len(names) > 1 or names == ["-"]:
        leave("A reader's own library is one file: export all of it, and name that file.", FAILED)
    brought = own_library.bring(actor, Path(names[0]).name, Path(names[0]).read_bytes(), now=now())
    if as_json:
        print_json({"read": brought.read, "new": brought.new})
    else:
        click.echo(f"{reader}: {brought.read} papers are learned from, {brought.new} of them new to this library.")
    index_now(quiet=as_json)


@click.command()
@click.argument("ids", nargs=-1, required=True)
@json_option
def fetch(ids: tuple[str, ...], *, as_json: bool) -> None:
    """Bring in papers by id, address or DOI, from arXiv, Crossref, OpenAlex, OpenReview or the ACL Anthology.

    \b
    Examples:
      broadsheet fetch 2401.01234 https://arxiv.org/abs/hep-th/9901001
      broadsheet fetch 10.1038/nature14539
    """
    prepare()
    from broadsheet import wiring
    from broadsheet.core import fetching

    report, left = fetching.look_up(ids, wiring.http(), now=now())
    if as_json:
        print_json(in_numbers(report) | {"not_found": left})
    else:
        if report.read:
            click.echo(in_words(report))
        for paper_id in left:
            click.secho(f"Nobody who was asked has {paper_id}. Check it, or import a file that has it.", err=True)
    index_now(quiet=True)
    if left:
        sys.exit(NOT_FOUND)


@click.command()
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
    prepare()
    from broadsheet import wiring
    from broadsheet.core import search as verb
    from broadsheet.deliver import present
    from broadsheet.types import Paging, Sort

    operators = [f"after:{after}"] * bool(after) + [f"before:{before}"] * bool(before) + ["has:code"] * code
    operators += [f"cat:{category}" for category in categories]
    index_now(quiet=True)
    answer = verb.search(
        wiring.index(), " ".join([*words, *operators]), sort=Sort(sort), paging=Paging(page, size), faceted=as_json
    )
    if as_json:
        print_json(present.answer(answer))
    elif answer.found:
        for found in map(present.found, answer.found):
            click.echo(click.style(f"{found['rank']:>3}  ", dim=True) + click.style(found["paper"]["title"], bold=True))
            click.echo(small(found["paper"]) + click.style(f"     {found['reason']}", dim=True))
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


@click.command()
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
    prepare()
    from broadsheet.core import papers
    from broadsheet.deliver import cite as citations
    from broadsheet.deliver import present

    match = papers.paper(paper_id)
    shown = present.paper(match)
    if cite:
        click.echo(citations.cite(match, cite).rstrip("\n"))
    elif as_json:
        print_json(shown)
    else:
        click.secho(shown["title"], bold=True)
        click.echo(small(shown))
        click.echo(click.wrap_text(shown["abstract"] or shown["note"], 100))
        for link in shown["links"]:
            click.echo(f"     {link['label']}: {link['url']}")


@click.command("front-page")
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
    prepare()
    from broadsheet.core import listings
    from broadsheet.deliver import present
    from broadsheet.types import Paging

    try:
        when = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise click.BadParameter(f"{day!r} is not a day; write it as 2026-03-17.", param_hint="DAY") from error
    listing = listings.front_page(when, Paging(1, size), today=now().date())
    if as_json:
        print_json(present.listing(listing))
    else:
        click.secho(f"{listing.period.first:%A, %-d %B %Y}: {listing.total} papers", bold=True)
        for number, shown in enumerate(map(present.paper, listing.papers), 1):
            click.echo(click.style(f"{number:>3}  ", dim=True) + click.style(shown["title"], bold=True))
            click.echo(small(shown), nl=False)
    if not listing.papers:
        sys.exit(NOT_FOUND)


@click.command()
@click.argument("paper_ids", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(paper_ids: tuple[str, ...], *, yes: bool) -> None:
    """Delete papers from the library, for good.

    \b
    Example:
      broadsheet remove page:0c1d2e3f4a5b6c7d --yes
    """
    prepare()
    from broadsheet.core import papers, store

    doomed = [papers.paper(paper_id) for paper_id in paper_ids]
    for paper in doomed:
        click.echo(f"{paper.paper_id}  {paper.title}")
    if yes or click.confirm(f"Delete {len(doomed)} for good?", abort=True):
        store.remove([paper.key for paper in doomed], now=now())
        index_now(quiet=True)
