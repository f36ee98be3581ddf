"""Writes the generated pages of docs/reference: the command line and the settings. A test compares them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"


def command_line() -> str:
    """docs/reference/cli.md: every command with its options, as its own help says it."""
    from broadsheet.deliver.cli import main

    def pages(command: click.Command, name: str) -> Iterator[str]:
        with click.Context(command, info_name=name, terminal_width=100, color=False) as context:
            yield f"## {name}\n\n```\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            for child in command.commands.values():
                if not child.hidden:
                    yield from pages(child, f"{name} {child.name}")

    return "# Command line\n\nWritten by `scripts/reference.py` from the commands themselves.\n\n" + "\n".join(
        pages(main, "broadsheet")
    )


def settings() -> str:
    """docs/reference/settings.md: every setting with its names, its default and its meaning."""
    from broadsheet.setting_list import SETTINGS

    lines = [
        "# Settings",
        "",
        "Written by `scripts/reference.py` from the settings themselves. The environment wins over the TOML file,",
        "which is `broadsheet.toml` in the data folder or the one that `BROADSHEET_CONFIG` names.",
        "",
        "| in the environment | in the file | default | meaning |",
        "|---|---|---|---|",
    ]
    for setting in SETTINGS:
        in_file = "–" if setting.name in {"data", "config"} else f"`{setting.name}`"
        default = f"`{setting.default}`" if setting.default not in ("", []) else "empty"
        lines.append(f"| `{setting.variable}` | {in_file} | {default} | {setting.meaning} |")
    return "\n".join(lines) + "\n"


PAGES = {"cli.md": command_line, "settings.md": settings}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings")
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
