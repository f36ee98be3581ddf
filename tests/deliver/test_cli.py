"""Promises of the command line, made to the real command in a process of its own."""

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import shared_data

Run = Callable[..., subprocess.CompletedProcess[str]]

PAGE = """new

Mar 17

Stones that learn to stand

Stones fall. We teach them to stand by a small push at the right time. Code is at https://github.com/example/stones.

Water that forgets its way

Rivers meander because they forget. We measure how fast, and find that slow rivers forget more.
"""


def test_a_page_is_imported_searched_shown_and_cited(run: Run) -> None:
    done = run("import", "-", stdin=PAGE)
    assert (done.returncode, done.stdout) == (0, "-: 2 read, 2 new\n")

    answer = json.loads(run("search", "teach", "stones", "to", "stand", "--json").stdout)
    first = answer["papers"][0]
    assert first["title"] == "Stones that learn to stand"
    assert "stone" in first["reason"]

    shown = run("paper", first["id"])
    assert shown.returncode == 0
    assert "https://github.com/example/stones" in shown.stdout
    assert run("paper", first["id"], "--cite", "bibtex").stdout.startswith("@")


def test_importing_again_changes_nothing_and_says_so(run: Run) -> None:
    run("import", "-", stdin=PAGE)
    again = run("import", "-", stdin=PAGE)
    assert (again.returncode, again.stdout) == (0, "-: nothing new, all 2 papers were there already\n")


def test_a_broken_file_is_named_and_the_good_ones_are_still_imported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(PAGE)
    whole = gzip.compress(json.dumps({"title": "A stone, packed", "abstract": "x" * 5000}).encode() * 3)
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])
    done = run("import", str(tmp_path / "cut.gz"), str(tmp_path / "good.txt"))
    assert done.returncode == 1
    assert "Nothing was imported from" in done.stderr
    assert "cut.gz" in done.stderr
    assert "good.txt: 2 read, 2 new" in done.stdout


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    done = run("import", "nowhere.bib")
    assert done.returncode == 1
    assert "nowhere.bib" in done.stderr


def test_nothing_found_has_a_status_of_its_own(run: Run) -> None:
    assert run("front-page").returncode == 3
    assert run("search", "stones").returncode == 3
    assert run("paper", "arxiv:2401.00001").returncode == 3
    assert "arxiv:2401.00001" in run("paper", "arxiv:2401.00001").stderr


def test_a_wrong_command_line_has_a_status_of_its_own(run: Run) -> None:
    assert run("serach").returncode == 2
    assert run("front-page", "yesterday").returncode == 2


def test_the_front_page_of_a_day_as_json(run: Run) -> None:
    run("import", "-", stdin=PAGE)
    listing = json.loads(run("front-page", "--json").stdout)
    assert [paper["title"] for paper in listing["papers"]] == [
        "Stones that learn to stand",
        "Water that forgets its way",
    ]
    assert run("front-page", listing["period"]["first"]).returncode == 0


def test_the_doctor_finds_a_missing_index_and_reindex_mends_it(run: Run, tmp_path: Path) -> None:
    run("import", "-", stdin=PAGE)
    assert run("doctor").returncode == 0
    for path in sorted((tmp_path / "data" / "index").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    ill = run("doctor", "--json")
    assert ill.returncode == 1
    assert {check["name"]: check["verdict"] for check in json.loads(ill.stdout)["checks"]}["index"] == "bad"
    assert run("reindex").stdout == "Indexed 2 papers.\n"
    assert run("doctor").returncode == 0


def test_a_paper_is_removed_only_when_asked_twice(run: Run) -> None:
    run("import", "-", stdin=PAGE)
    paper_id = json.loads(run("front-page", "--json").stdout)["papers"][0]["id"]
    assert run("remove", paper_id, stdin="n\n").returncode == 1
    assert run("paper", paper_id).returncode == 0
    assert run("remove", paper_id, "--yes").returncode == 0
    assert run("paper", paper_id).returncode == 3
    assert run("search", "stones", "--json").stdout.count("Stones that learn") == 0


def test_the_real_page_gives_79_papers_and_adamp_is_found_by_what_it_does(run: Run) -> None:
    page = shared_data("seed", "daily-papers-page.txt")
    assert run("import", str(page)).stdout.endswith(": 79 read, 79 new\n")
    query = "normalization makes momentum shrink the effective step size"
    found = json.loads(run("search", query, "--json").stdout)["papers"]
    assert any(paper["title"].startswith("AdamP") for paper in found[:3])


@pytest.mark.parametrize(
    "command", ["up", "jobs", "import", "search", "paper", "front-page", "doctor", "reindex", "remove"]
)
def test_every_command_explains_itself_with_an_example(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"broadsheet {command}" in done.stdout.partition("Example")[2] or command == "import"


@pytest.mark.parametrize("command", [["search", "stones"], ["doctor"]])
def test_a_database_that_cannot_be_reached_is_named_in_one_sentence(run: Run, command: list[str]) -> None:
    done = run(*command, DATABASE_URL="postgres://broadsheet@127.0.0.1:9/papers")
    assert done.returncode == 1
    assert "127.0.0.1" in done.stdout + done.stderr


def test_a_file_is_brought_as_a_readers_own_library(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.bib"
    file.write_text("@article{a, title={Stones of old}, year={2020}}", encoding="utf-8")
    assert run("import", str(file), "--for", "ada").returncode == 3
    run("account", "ada", "--password-from", "-", stdin="a long way to the stones")
    assert "1 papers are learned from, 1 of them new" in run("import", str(file), "--for", "ada").stdout
    assert json.loads(run("import", str(file), "--for", "ada", "--json").stdout) == {"read": 1, "new": 0}
    assert run("import", str(file), str(file.with_name("x.bib")), "--for", "ada").returncode == 1


def test_which_of_two_rankings_is_better_is_told_once_something_was_counted(run: Run) -> None:
    assert "Nothing was counted yet" in run("interleaving").stdout
    assert json.loads(run("interleaving", "--json").stdout) == {"pairs": []}
    assert run("interleaving", BROADSHEET_INTERLEAVE="interests nonsense").returncode == 1


def test_a_digest_is_seen_before_it_goes_out(run: Run) -> None:
    nothing = run("digest", "preview")
    assert (nothing.returncode, "nothing new" in nothing.stderr) == (3, True)
    run("import", "-", stdin='{"title": "A stone <b>", "featured": "2026-03-17", "abstract": "Heavy. Round. Old."}')
    text = run("digest", "preview", "--kind", "front-page", "--kind", "trending").stdout
    assert text.startswith("Subject: 1 from the front page")
    assert "Heavy. Round." in text
    html = run("digest", "preview", "--kind", "front-page", "--html").stdout
    assert "A stone &lt;b&gt;" in html
    assert html.rstrip().endswith("</html>")
    unknown = run("digest", "preview", "--kind", "stones")
    assert (unknown.returncode, "There is no kind 'stones'" in unknown.stderr) == (2, True)
    assert run("digest", "preview", "--subscriber", "ada@example.org").returncode == 3
    nobody = run("subscriptions")
    assert (nobody.returncode, "Nobody is subscribed yet" in nobody.stdout) == (3, True)
    assert run("subscriptions", "--json").stdout.startswith("{")
