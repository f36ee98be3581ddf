"""Promises of the commands for collections: what everybody sees, what an account sees, and files of it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from running import environment, said_by

Run = Callable[..., subprocess.CompletedProcess[str]]

MAKE = """
import django
django.setup()
from datetime import UTC, datetime
from broadsheet.community import Actor
from broadsheet.core import accounts, collecting, papers, shelving
from broadsheet.library import models
now = datetime(2026, 3, 17, tzinfo=UTC)
accounts.make("ada", "a long way to the stones")
ada = Actor(key=models.Account.objects.get().pk, name="ada")
for title, public in (("Public stones", True), ("Private stones", False)):
    key = collecting.make(ada, title, public=public, now=now).key
    shelving.add(ada, key, [papers.paper("10.1000/b"), papers.paper("10.1000/a")], now=now)
    shelving.note(ada, key, papers.paper("10.1000/b"), "Read this first.", now=now)
"""
LINES = "".join(
    f'{{"title": "Stone {name} of many", "doi": "10.1000/{name}", "authors": ["Ada {name}"]}}\n' for name in "ab"
)


def test_collections_are_listed_shown_and_exported(run: Run, tmp_path: Path) -> None:
    assert run("collections").returncode == 3
    run("import", "-", stdin=LINES)
    assert said_by(MAKE, environment(tmp_path / "data")) == ("", "")

    told = json.loads(run("collections", "--json").stdout)["collections"]
    assert [(one["title"], one["size"], one["by"]) for one in told] == [("Public stones", 2, "ada")]
    assert "Private stones  2 papers by ada, private" in run("collections", "--account", "ada").stdout
    assert "No account is called" in run("collection", "1", "--account", "zoe").stderr

    shown = run("collection", "public stones").stdout
    assert shown.index("Stone b of many") < shown.index("Read this first.") < shown.index("Stone a of many")
    private = run("collection", "Private stones")
    assert (private.returncode, private.stdout) == (3, "")
    number = next(one["id"] for one in told)
    assert [one["place"] for one in json.loads(run("collection", str(number), "--json").stdout)["papers"]] == [1, 2]
    assert run("collection", "Private stones", "--account", "ada", "--export", "bibtex").stdout.count("@misc{") == 2

    exported = run("collection", "Private stones", "--account", "ada", "--export", "json").stdout
    assert json.loads(exported)["papers"][0]["kept"]["note"] == "Read this first."
    assert run("import", "-", stdin=exported).stdout == "-: nothing new, all 2 papers were there already\n"
