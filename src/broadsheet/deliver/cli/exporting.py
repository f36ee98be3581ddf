"""The command that takes the whole library out: as JSON lines, or as Parquet."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broadsheet.deliver.cli.program import prepare


@click.command()
@click.option("--after", default=0, type=click.IntRange(min=0), help="Only what changed after this number: the last `change` that you have.")  # fmt: skip  # noqa: E501
@click.option("--parquet", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a Parquet file instead; needs the extra `parquet`.")  # fmt: skip  # noqa: E501
def export(after: int, parquet: Path | None) -> None:
    """Print all papers as JSON lines, each once, which `broadsheet import` reads again.

    \b
    Examples:
      broadsheet export > papers.jsonl
      broadsheet export --after 123456 >> papers.jsonl
      broadsheet export --parquet papers.parquet
    """
    prepare()
    from broadsheet.core import exporting
    from broadsheet.deliver import exports

    if parquet is None:
        for line in exports.lines(exporting.export(after)):
            sys.stdout.buffer.write(line)
        return
    exports.check_parquet()
    draft = parquet.with_name(f"{parquet.name}.part")
    try:
        with draft.open("wb") as file:
            number = exports.write_parquet(exporting.export(after), file)
        draft.replace(parquet)
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"{number} papers are in {parquet}.", err=True)
