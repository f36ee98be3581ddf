"""Promises about the house itself: what a reader may rely on without opening the files."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "broadsheet"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(SOURCE)) for path in paths]


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_a_module_says_what_lives_there_in_its_first_line(module: Path) -> None:
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.splitlines()[0].endswith((".", ":"))


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_a_module_stays_under_500_lines(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) < 500


def test_no_module_is_a_drawer_for_everything() -> None:
    assert not [path for path in MODULES if path.stem in {"utils", "helpers", "misc", "common"}]


def test_only_the_settings_read_the_environment() -> None:
    readers = [path for path in MODULES if "environ" in path.read_text(encoding="utf-8")]
    # The command line tells Django where the settings are, before it can ask them anything.
    assert names(readers) == ["deliver/cli/program.py", "deliver/web/wsgi.py", "settings.py"]


def test_the_rooms_import_each_other_only_as_the_contracts_allow() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_each_test_module_stands_where_its_subject_stands() -> None:
    rooms = {path.name for path in SOURCE.iterdir() if path.is_dir()} | {"browser"}
    folders = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith(("_", "."))
    }
    assert folders <= rooms


def test_the_project_names_no_path_of_a_machine_it_was_made_on() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    forbidden = ["/" + "work/", "/" + "root/", "/" + "home/"]
    files = [
        ROOT / name for name in listed.stdout.split("\n") if name.endswith((".py", ".md", ".toml", ".txt", ".html"))
    ]
    found = [
        (path.name, word)
        for path in files
        if path.exists()
        for word in forbidden
        if word in path.read_text(encoding="utf-8")
    ]
    assert not found
