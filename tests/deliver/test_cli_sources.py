"""Promises of the commands about sources and merges, made to the real command and a real server."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from origin import Origin, Reply

Run = Callable[..., subprocess.CompletedProcess[str]]

ITEM = (
    "<item><title>Stone number {0}</title><link>https://doi.org/10.1000/{0}</link><author>Ada Lovelace</author>"
    "<description>We weigh stone number {0}.</description></item>"
)


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as made:
        items = "".join(ITEM.format(number) for number in range(25))
        made.route("/feed", f"<rss version='2.0'><channel><title>Stones</title>{items}</channel></rss>".encode())
        yield made


@pytest.fixture
def here(run: Run) -> Run:
    """The command, allowed to fetch from this machine."""

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run(*arguments, BROADSHEET_PRIVATE_HOSTS="127.0.0.1")

    return command


def test_a_source_is_looked_at_followed_fetched_paused_and_forgotten(here: Run, origin: Origin) -> None:
    assert "sources add arxiv" in here("sources").stdout
    shown = here("sources", "add", "feed", f"{origin.url}/feed", "--dry-run")
    assert "Stone number 9" in shown.stdout
    assert "Stone number 10" not in shown.stdout
    assert "nothing was stored" in shown.stdout
    assert json.loads(here("sources", "--json").stdout) == {"sources": []}

    assert here("sources", "add", "feed", f"{origin.url}/feed", "--name", "stones", "--every", "6h").returncode == 0
    tried = here("sources", "try", "stones")
    assert tried.stdout == "stones: 25 read, 25 new\n"
    assert here("sources", "try", "stones").stdout == "stones: nothing new, all 25 papers were there already\n"
    (state,) = json.loads(here("sources", "--json").stdout)["sources"]
    assert (state["name"], state["state"], state["new"], state["error"]) == ("stones", "well", 25, "")
    assert json.loads(here("search", "stone", "7", "--json").stdout)["total"] > 0

    here("sources", "pause", "stones")
    assert "paused" in here("sources").stdout
    here("sources", "resume", "stones")
    assert here("sources", "remove", "stones", "--yes").returncode == 0
    assert here("sources", "remove", "stones", "--yes").returncode == 1
    assert here("paper", "10.1000/7").returncode == 0


def test_a_source_that_fails_says_what_failed_and_why_and_is_shown_as_failing(here: Run, origin: Origin) -> None:
    origin.route("/feed", lambda _asked: Reply(status=404))
    here("sources", "add", "feed", f"{origin.url}/feed")
    tried = here("sources", "try", "feed")
    assert tried.returncode == 1
    assert "404" in tried.stderr
    assert f"{origin.url}/feed" in tried.stderr
    listed = here("sources").stdout
    assert "failing" in listed
    assert "404" in listed


def test_an_address_inside_the_network_is_refused_unless_it_is_named(run: Run, origin: Origin) -> None:
    run("sources", "add", "feed", f"{origin.url}/feed")
    tried = run("sources", "try", "feed")
    assert tried.returncode == 1
    assert "BROADSHEET_PRIVATE_HOSTS" in tried.stderr
    assert origin.asked == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "no kind of source 'nonsense'"),
        (("arxiv",), "Say which categories"),
        (("arxiv", "cs.LG", "--set", "colour=red"), "no option 'colour'"),
        (("arxiv", "cs.LG", "--set", "colour"), "NAME=VALUE"),
        (("arxiv", "cs.LG", "--every", "soon"), "30m, 6h or 1d"),
        (("arxiv", "cs.LG", "--every", "1m"), "every 5 minutes at most"),
        (("feed", "file:///etc/passwd"), "http"),
        (("file", "relative/path"), "whole path"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_what_to_do(here: Run, arguments: tuple[str, ...], said: str) -> None:
    done = here("sources", "add", *arguments)
    assert done.returncode in {1, 2}
    assert said in done.stderr


def test_every_kind_is_shown_with_an_example(here: Run) -> None:
    kinds = json.loads(here("sources", "kinds", "--json").stdout)["kinds"]
    text = here("sources", "kinds").stdout
    assert len(kinds) >= 14
    assert all(f"broadsheet sources add {kind['example']}" in text for kind in kinds)


def test_a_snapshot_on_the_disk_is_followed_like_any_source(here: Run, tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(f'{{"title": "Stone number {n}", "id": "10.1000/{n}"}}\n' for n in range(30)))
    here("sources", "add", "file", str(path))
    assert here("sources", "try", "file").stdout == "file: 30 read, 30 new\n"
    assert here("sources", "try", "file").stdout == "file: nothing new\n"


def test_merges_are_shown_undone_split_and_joined(run: Run) -> None:
    one = {"title": "On the weight of light", "authors": ["Ada"], "id": "arXiv:2401.00001", "source": "arxiv"}
    other = {"title": "Of the weight of light", "authors": ["Ada"], "id": "10.1000/x", "source": "crossref"}
    both = {"title": "The weight of light", "ids": ["arXiv:2401.00001", "10.1000/x"], "source": "openalex"}
    for record in (one, other, both):
        run("import", "-", stdin=json.dumps(record))
    (merge,) = json.loads(run("merges", "--json").stdout)["merges"]
    assert (merge["paper"], merge["gone"]) == ("arxiv:2401.00001", "doi:10.1000/x")
    assert run("merges", "--undo", str(merge["number"])).returncode == 0
    assert json.loads(run("paper", "10.1000/x", "--json").stdout)["title"] == "Of the weight of light"
    assert run("merges", "--undo", str(merge["number"])).returncode == 1
    assert run("join", "10.1000/x", "arXiv:2401.00001").returncode == 0
    assert json.loads(run("paper", "10.1000/x", "--json").stdout)["id"] == "arxiv:2401.00001"
    listed = run("split", "2401.00001").stdout
    assert "crossref" in listed
    number = next(line.split()[0] for line in listed.splitlines() if " crossref " in line)
    assert run("split", "2401.00001", number).returncode == 0
    assert run("split", "2401.00001", "99").returncode == 2
    assert json.loads(run("paper", "10.1000/x", "--json").stdout)["id"] == "doi:10.1000/x"


def test_what_rises_is_listed_with_its_reason(run: Run) -> None:
    assert run("trending").returncode == 3
    paper = {"id": "2603.00001", "title": "Stone", "upvotes": 12, "submittedOnDailyAt": "2026-03-17T00:00:00Z"}
    run("import", "-", stdin=json.dumps([{"paper": paper}]))
    (rising,) = json.loads(run("trending", "--json").stdout)["papers"]
    assert (rising["rank"], rising["gains"][0]["after"]) == (1, 12)
    assert "+12 upvotes" in run("trending").stdout
    for asked in (("--week", "2026-W12"), ("--month", "2026-03")):
        (top,) = json.loads(run("trending", *asked, "--json").stdout)["papers"]
        assert (top["rank"], top["gained"], top["id"]) == (1, 12, "arxiv:2603.00001")
        assert "+12 upvotes" in run("trending", *asked).stdout
    assert run("trending", "--week", "2026-W30").returncode == 3
    assert "was not recorded" in run("trending", "--day", "2026-03-17").stdout
    for wrong in (("--week", "2026-12"), ("--day", "soon"), ("--day", "2026-03-17", "--month", "2026-03")):
        assert run("trending", *wrong).returncode == 2


def test_completeness_is_empty_until_an_archive_is_followed(run: Run) -> None:
    assert "sources add arxiv" in run("completeness").stdout
    run("sources", "add", "arxiv", "cs.LG")
    assert json.loads(run("completeness", "--json").stdout) == {"days": []}


def test_an_administrator_needs_a_password_that_is_not_easy_to_guess(run: Run) -> None:
    assert run("account", "ada", "--administrator", "--password-from", "-", stdin="12345").returncode == 1
    assert (
        run("account", "ada", "--administrator", "--password-from", "-", stdin="a long way to the stones").returncode
        == 0
    )
    assert (
        "already"
        in run("account", "ada", "--administrator", "--password-from", "-", stdin="another way to the stones").stdout
    )
