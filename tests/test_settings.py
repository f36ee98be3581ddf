"""Promises of the settings: where they come from, and what is said when they are wrong."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest


def settings(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The settings as a new process sees them, as JSON on standard output."""
    code = (
        "import json, broadsheet.settings as s;"
        "print(json.dumps([s.SITE_NAME, s.PORT, s.ALLOWED_HOSTS, s.DATABASES['default']['ENGINE'], s.SECRET_KEY]))"
    )
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, "BROADSHEET_DATA": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_any_setting_it_works_and_the_secret_stays_the_same_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first, second = json.loads(settings(folder).stdout), json.loads(settings(folder).stdout)
    assert first == second
    assert first[:2] == ["Broadsheet", 8000]
    assert len(first[4]) >= 50
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text('name = "From the file"\nport = 9000\nallowed_hosts = ["a.example"]')
    values = json.loads(settings(tmp_path, BROADSHEET_NAME="From the environment").stdout)
    assert values[:2] == ["From the environment", 9000]
    assert "a.example" in values[2]


def test_numpy_is_loaded_after_it_was_told_to_use_one_thread() -> None:
    code = "import os, sys, broadsheet.settings; print('numpy' in sys.modules, os.environ['OPENBLAS_NUM_THREADS'])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "1"]


def test_a_database_is_named_by_its_url(tmp_path: Path) -> None:
    values = json.loads(settings(tmp_path, DATABASE_URL="postgres://me@127.0.0.1/papers").stdout)
    assert values[3] == "django.db.backends.postgresql"


def test_a_number_in_the_file_has_the_bounds_that_one_in_the_environment_has(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text("threads = 0")
    assert "threads in" in settings(tmp_path).stderr
    assert "which is not a whole number from 1 to 64" in settings(tmp_path).stderr
    assert "which is not a whole number from 1 to 64" in settings(tmp_path, BROADSHEET_THREADS="0").stderr


@pytest.mark.parametrize(
    ("file", "environment", "said"),
    [
        ('colour = "red"', {}, "unknown setting 'colour'"),
        ("name =", {}, "cannot be read as TOML"),
        ("", {"BROADSHEET_PORT": "http"}, "BROADSHEET_PORT is 'http', which is not a whole number"),
        ('port = "http"', {}, "which is not a whole number"),
        ("", {"BROADSHEET_DEBUG": "perhaps"}, "BROADSHEET_DEBUG is 'perhaps', which is not yes or no"),
        ("", {"BROADSHEET_CONFIG": "/nowhere.toml"}, "BROADSHEET_CONFIG names /nowhere.toml, which does not exist"),
        ("", {"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ('signup = "everybody"', {}, "which is not closed, invitation or open"),
        ("", {"BROADSHEET_PROXY_FROM": "proxy.example.org"}, "BROADSHEET_PROXY_FROM is not addresses or networks"),
        ('github_client = "x"', {}, "set BROADSHEET_GITHUB_CLIENT and BROADSHEET_GITHUB_SECRET"),
        ("", {"BROADSHEET_OIDC_CLIENT": "x", "BROADSHEET_OIDC_SECRET": "y"}, "and BROADSHEET_OIDC_ISSUER"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_wrong(
    tmp_path: Path, file: str, environment: dict[str, str], said: str
) -> None:
    (tmp_path / "broadsheet.toml").write_text(file)
    done = settings(tmp_path, **environment)
    assert done.returncode != 0
    assert "SettingError" in done.stderr
    assert said in done.stderr


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = settings(tmp_path / "file" / "data")
    assert "cannot be used" in done.stderr
    assert "Set BROADSHEET_DATA" in done.stderr
