"""Builders of what the tests talk about, and the way to the real data that they may read."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from broadsheet.types import Paper, Record


def shared_data(*parts: str) -> Path:
    """A file of real data beside the checkout; the test is skipped, in words, where it is absent."""
    root = os.environ.get("BROADSHEET_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    path = Path(root, *parts)
    if not path.exists():
        pytest.skip(f"no shared data at {path}")
    return path


def a_record(title: str = "A Lantern for Small Models", **fields: Any) -> Record:
    """A record that says nothing but a title, and whatever a test cares for."""
    return Record(**{"source": "jsonl", "title": title, **fields})


def a_rising_stone(number: int, counts: dict[str, int], **fields: Any) -> Record:
    """A record of a paper of one front page that has these counts elsewhere: `upvotes`, `comments`, ..."""
    told = {
        "title": f"Stone number {number} that rises", "source": "huggingface", "ids": (f"arxiv:2603.{number:05}",),
        "featured": date(2026, 3, 17), "categories": ("cs.LG",), "extras": {"huggingface": counts},
    }  # fmt: skip
    return a_record(**{**told, **fields})


def a_paper(title: str = "A Lantern for Small Models", **fields: Any) -> Paper:
    """A paper of which nothing is known but a title, and whatever a test cares for."""
    return Paper(**{"key": 1, "paper_id": "page:0123456789abcdef", "title": title, **fields})
