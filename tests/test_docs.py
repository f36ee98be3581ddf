"""Promises of the documentation: what it shows exists, and what exists is in it."""

import re
from pathlib import Path

import pytest
from limits import limits
from reference import PAGES, REFERENCE

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

SPANS = {"m": "a minute", "h": "an hour"}
LIMITED = {
    "upvote": "votes",
    "comment": "comments and edits",
    "flag": "flags",
    "save": "what is saved, hidden or followed, “less like this”, what For you is told",
    "open": "papers opened from a mixed list",
    "collection": "changes of collections",
    "submit": "papers put forward",
    "claim": "claims",
    "library": "libraries of readers' own taken in",
    "settings": "changes of settings, signing out elsewhere",
    "notices": "notifications read, mails of them turned on or off",
    "subscription": "changes of subscriptions, by whoever is signed in or by programs",
    "delete": "tries to delete an account",
    "invite": "invitations",
    "tokens": "making and ending tokens",
}
"""How the how-to calls what is counted together."""


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_reference_page_is_what_the_program_says_today(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "renew it: python scripts/reference.py"


@pytest.mark.parametrize("page", DOCS, ids=[str(page.relative_to(ROOT)) for page in DOCS])
def test_every_link_inside_the_documentation_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", DOCS, ids=[str(page.relative_to(ROOT)) for page in DOCS])
def test_every_link_to_a_heading_finds_it(page: Path) -> None:
    for link, heading in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
        there = (page.parent / link if link else page).read_text(encoding="utf-8")
        headings = [re.sub(r"[^\w\- ]", "", told.lower()) for told in re.findall(r"^#+ (.*)$", there, re.MULTILINE)]
        assert heading in [told.replace(" ", "-") for told in headings], f"{link}#{heading}"


def test_the_first_page_of_the_documentation_leads_to_every_other_one() -> None:
    docs = ROOT / "docs"
    led_to = set(re.findall(r"\]\(([^):#]+)", (docs / "README.md").read_text(encoding="utf-8")))
    assert {str(page.relative_to(docs)) for page in docs.rglob("*.md")} == led_to | {"README.md"}


@pytest.mark.parametrize("page", DOCS, ids=[str(page.relative_to(ROOT)) for page in DOCS])
def test_no_page_waits_for_a_figure_that_was_to_be_put_in(page: Path) -> None:
    assert not re.findall(r"@@|FIGURE_", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", DOCS, ids=[str(page.relative_to(ROOT)) for page in DOCS])
def test_every_command_in_the_documentation_exists(page: Path) -> None:
    from broadsheet.deliver.cli import main

    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    used = {
        name
        for block in blocks
        for name in re.findall(r"^\$? *(?:\.venv/bin/)?broadsheet ([a-z][a-z-]*)", block, re.MULTILINE)
    }
    assert used <= set(main.commands)


@pytest.mark.parametrize("page", DOCS, ids=[str(page.relative_to(ROOT)) for page in DOCS])
def test_every_setting_in_the_documentation_exists(page: Path) -> None:
    from broadsheet.deliver.cli import main
    from broadsheet.setting_list import SETTINGS

    options = {option.envvar for command in main.commands.values() for option in command.params if option.envvar}
    named = set(re.findall(r"BROADSHEET_[A-Z_]*[A-Z](?![A-Z_])", page.read_text(encoding="utf-8")))
    assert named <= {setting.variable for setting in SETTINGS} | options | {"BROADSHEET_SHARED_DATA"}


def test_every_kind_of_source_is_in_the_explanation() -> None:
    from broadsheet.sources.catalogue import KINDS

    told = (ROOT / "docs" / "explanation" / "sources.md").read_text(encoding="utf-8")
    assert KINDS.keys() <= set(re.findall(r"`([a-z-]+)`", told))


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    used = set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert used
    assert used <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_every_address_of_the_pages_is_in_the_reference() -> None:
    from broadsheet.deliver.web.urls import urlpatterns

    reference = (REFERENCE / "addresses.md").read_text(encoding="utf-8")
    patterns = [
        "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(getattr(pattern, "pattern", ""))) for pattern in urlpatterns
    ]
    assert patterns
    assert not [pattern for pattern in patterns if f"`{pattern}`" not in reference]


def test_every_room_is_in_the_architecture() -> None:
    told = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    source = ROOT / "src" / "broadsheet"
    rooms = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in source.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and not path.name.startswith("__")
    }
    named = set(re.findall(r"`([a-z_]+(?:/|\.py))`", told))
    assert rooms <= named
    inside = {f"{path.name}/" for path in (source / "deliver").iterdir() if (path / "__init__.py").exists()}
    assert inside <= named
    for name in named:
        assert any(source.rglob(name.rstrip("/"))), name


def test_every_limit_of_an_address_is_told_to_whoever_keeps_accounts() -> None:
    told = (ROOT / "docs" / "how-to" / "accounts.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", told, re.MULTILINE))
    assert {limit.action for limit in limits()} == LIMITED.keys()
    for limit in limits():
        often, span = limit.per_account.split("/")
        words = f"{often} {SPANS[span]} by an account, {limit.per_network.split('/')[0]} from a network"
        assert limit.per_network.endswith(f"/{span}")
        assert rows[LIMITED[limit.action]].startswith(words), limit.action
