"""Commands that measure the search on test collections."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

import click

from broadsheet.deliver.cli.program import load_settings
from broadsheet.deliver.cli.showing import bar, json_option, print_json
from broadsheet.types import Method

folder_argument = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
split_option = click.option("--split", help="Name of the judgements to use, qrels/NAME.tsv.  [default: test]")


@click.command()
@folder_argument
@split_option
@click.option("--method", "methods", multiple=True, type=click.Choice([str(method) for method in Method]),
              help="Only this one; may be repeated.  [default: all three]")  # fmt: skip
@click.option("--embedder", help="Measure this embedder instead of the one of the settings.")
@click.option("--runs", type=click.Path(file_okay=False, path_type=Path),
              help="Write a TREC run file for each method into this folder.")  # fmt: skip
@json_option
def evaluate(
    folder: Path, split: str | None, methods: tuple[str, ...], embedder: str | None, runs: Path | None, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure the search on the test collection in FOLDER.

    FOLDER has BEIR's layout: corpus.jsonl, queries.jsonl, qrels/*.tsv. It is indexed in a temporary place; the
    library is not touched. Needs the extra `evaluate`.

    \b
    Examples:
      broadsheet evaluate scifact
      broadsheet evaluate scifact --method hybrid --runs runs/ --json
    """
    load_settings()
    from broadsheet import evaluate as evaluating
    from broadsheet import wiring
    from broadsheet.index import embed

    collection = evaluating.Collection(folder, split)
    chosen = embed.load(embedder) if embedder else wiring.embedder()
    if not as_json:
        click.echo(
            f"{folder.name}: {collection.count()} documents, {len(collection.queries)} queries, embedder {chosen.name}"
        )
        click.secho("".join(f"{name:>12}" for name in ("method", *evaluating.MEASURES, "ms a query")), dim=True)
    figures: list[dict[str, Any]] = []
    with bar("Indexing", quiet=as_json) as progress:
        wanted = [Method(method) for method in methods] or list(Method)
        for run in evaluating.evaluate(collection, chosen, methods=wanted, progress=progress):
            means = evaluating.means(collection.qrels, run.rankings)
            speed = median(run.seconds) * 1000
            figures.append({"method": str(run.method), **means, "milliseconds": round(speed, 2)})
            if not as_json:
                click.echo(
                    f"{run.method:>12}" + "".join(f"{value:>12.4f}" for value in means.values()) + f"{speed:>12.1f}"
                )
            if runs:
                runs.mkdir(parents=True, exist_ok=True)
                evaluating.write_run(runs / f"{folder.name}-{run.method}.run", run)
    if as_json:
        print_json({"collection": folder.name, "embedder": chosen.name, "documents": collection.count(),
                    "queries": len(collection.queries), "methods": figures})  # fmt: skip


@click.command("compare-runs")
@folder_argument
@click.argument("first", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@split_option
@json_option
def compare_runs(folder: Path, first: Path, second: Path, split: str | None, *, as_json: bool) -> None:
    """Whether two TREC run files, FIRST and SECOND, differ by more than chance on the collection in FOLDER.

    For each measure both means, and the p-value of a two-sided paired t-test over the queries. Needs the extra
    `evaluate`.

    \b
    Example:
      broadsheet compare-runs scifact runs/scifact-lexical.run runs/scifact-hybrid.run
    """
    from broadsheet import evaluate as evaluating

    differences = evaluating.compare(folder, first, second, split)
    if as_json:
        print_json({"differences": [difference._asdict() for difference in differences]})
        return
    click.secho("".join(f"{name:>12}" for name in ("measure", "first", "second", "p")), dim=True)
    for measure, one, other, p in differences:
        click.echo(f"{measure:>12}{one:>12.4f}{other:>12.4f}{p:>12.4f}" + ("  different" if p < 0.05 else ""))
