"""A running service with three papers and an account, for tests of what asks one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PAPERS: list[dict[str, Any]] = [
    {
        "title": "A stone of granite", "id": "2603.00001", "abstract": "It rolls.", "categories": ["cs.LG"],
        "featured": "2026-03-17",
    },
    {"title": "A lamp by a DOI", "id": "doi:10.1000/a(b)/c", "featured": "2026-03-17"},
    {"title": "A stone of slate", "id": "2603.00003", "abstract": "It lies.", "featured": "2026-03-16"},
]  # fmt: skip


@contextmanager
def a_house(folder: Path) -> Iterator[tuple[str, str]]:
    """A service in a data folder here: its address, and the secret of a token of ada's that may do all."""
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    environment = {**keep, "BROADSHEET_DATA": str(folder / "data"), "BROADSHEET_EMBEDDER": "hash-256"}
    command = [sys.executable, "-m", "broadsheet"]
    path = Path(folder, "papers.jsonl")
    path.write_text("".join(f"{json.dumps(each)}\n" for each in PAPERS))

    def run(*words: str, stdin: str = "") -> str:
        done = subprocess.run(
            [*command, *words], env=environment, check=True, capture_output=True, text=True, input=stdin
        )
        return done.stdout

    run("import", str(path))
    run("account", "ada", "--password-from", "-", stdin="a long way to the stones\n")
    scopes = [word for scope in ("read", "write", "subscriptions") for word in ("--scope", scope)]
    secret = run("accounts", "tokens", "ada", "--make", "client", *scopes).strip()
    with subprocess.Popen(
        [*command, "up", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        lines = iter(running.stdout or ())
        yield next(line.split(" is at ")[1].strip() for line in lines if " is at " in line), secret
        running.terminate()
