"""The archived dumps of Papers with Code: abstracts, links between papers and code, and evaluation tables.

Each dump is one JSON array, up to gigabytes; its things are read one by one. The three dumps speak of the same papers,
so each has a source of its own, and none overwrites what another said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from broadsheet.errors import BadFileError
from broadsheet.sources import building
from broadsheet.sources.building import Place, build, link
from broadsheet.sources.files import Skip
from broadsheet.sources.ids import id_at, parse_paper_id
from broadsheet.sources.loose import mapping, mappings, text, texts
from broadsheet.types import Json, Link, LinkKind, PaperId, Record

ABSTRACTS, LINKS, RESULTS = "paperswithcode", "paperswithcode-links", "paperswithcode-results"
MOST_RESULTS = 50
_MONTH = re.compile(r"(?<=\d{4}) \d{1,2}$")


def parse(things: Iterable[Json], *, file: str, skip: Skip) -> Iterator[Record]:
    """A record for each paper of a dump that has a title; `skip` is told of what cannot be read.

    Links of one paper that do not stand in a row become several records of it, of which the last counts.
    """
    numbered = enumerate(map(mapping, things), 1)
    for _, group in groupby(numbered, key=lambda each: text(each[1].get("paper_url")) or each[0]):
        several = list(group)
        number, first = several[0]
        place = Place(file, f"record {number}")
        try:
            if "datasets" in first:
                yield from _results(first, place, skip)
            elif first.get("paper_title") and "repo_url" in first:
                yield _linked(first, [thing for _, thing in several], place)
            elif first.get("title"):
                yield _abstract(first, place)
        except BadFileError as error:
            skip(error)


def _abstract(thing: dict[str, Json], place: Place) -> Record:
    extras = {
        "tasks": texts(thing.get("tasks"))[:50],
        "methods": [text(one.get("name")) for one in mappings(thing.get("methods"))][:50],
    }
    return build(
        place,
        source=ABSTRACTS,
        title=text(thing.get("title")),
        abstract=text(thing.get("abstract")),
        authors=texts(thing.get("authors")),
        ids=[
            *_ids(thing.get("arxiv_id"), thing.get("url_abs"), thing.get("conference_url_abs")),
            parse_paper_id(f"openreview:{text(thing.get('openreview_id'))}"),
        ],
        published=building.day(text(thing.get("date"))),
        links=link(thing.get("paper_url")),
        venue=_MONTH.sub("", text(thing.get("proceeding"))),
        extras={ABSTRACTS: {name: value for name, value in extras.items() if value}},
    )


def _linked(first: dict[str, Json], things: list[dict[str, Json]], place: Place) -> Record:
    """All repositories of one paper; the dump has them in a row. Official ones come first."""
    things.sort(key=lambda thing: not thing.get("is_official"))
    official = [text(thing.get("repo_url")) for thing in things if thing.get("is_official")]
    frameworks = {text(thing.get("repo_url")): text(thing.get("framework")) for thing in things}
    return build(
        place,
        source=LINKS,
        title=text(first.get("paper_title")),
        ids=_ids(first.get("paper_arxiv_id"), first.get("paper_url_abs"), first.get("paper_url_pdf")),
        links=[one for thing in things for one in link(thing.get("repo_url"), LinkKind.CODE)][:100],
        extras={LINKS: {"official": official[:20], "frameworks": dict(list(frameworks.items())[:20])}},
    )


def _results(task: dict[str, Json], place: Place, skip: Skip) -> Iterator[Record]:
    """Each paper of a task's leaderboards, subtasks too, with its results in this task."""
    papers: dict[str, tuple[dict[str, Json], list[dict[str, Json]], list[Link]]] = {}
    for name, row, dataset in _rows(task):
        title = text(row.get("paper_title"))
        if not title:
            continue
        _, results, links = papers.setdefault(text(row.get("paper_url")) or title, (row, [], []))
        if len(results) < MOST_RESULTS:
            results.append({
                "task": name, "dataset": dataset, "model": text(row.get("model_name")),
                "metrics": {key: str(value) for key, value in mapping(row.get("metrics")).items()},
            })  # fmt: skip
        links += [one for each in mappings(row.get("code_links")) for one in link(each.get("url"), LinkKind.CODE)]
    for row, results, links in papers.values():
        try:
            yield build(
                place,
                source=RESULTS,
                title=text(row.get("paper_title")),
                ids=_ids("", row.get("paper_url")),
                published=building.day(text(row.get("paper_date"))),
                links=links[:100],
                extras={f"{RESULTS}: {text(task.get('task'))[:80]}": {"results": results}},
            )
        except BadFileError as error:
            skip(error)


def _rows(task: dict[str, Json], depth: int = 6) -> Iterator[tuple[str, dict[str, Json], str]]:
    """(task, row, data set) of every row of the leaderboards of a task and the tasks below it."""
    name = text(task.get("task"))
    for dataset in mappings(task.get("datasets")):
        for part in (dataset, *mappings(dataset.get("subdatasets"))):
            dataset_name = " ".join(filter(None, (text(dataset.get("dataset")), text(part.get("subdataset")))))
            for row in mappings(mapping(part.get("sota")).get("rows")):
                yield name, row, dataset_name
    for below in mappings(task.get("subtasks")) if depth else []:
        yield from _rows(below, depth - 1)


def _ids(arxiv_id: Json, *addresses: Json) -> list[PaperId | None]:
    name = text(arxiv_id)
    return [parse_paper_id(f"arxiv:{name}") if name else None, *map(id_at, filter(None, map(text, addresses)))]
