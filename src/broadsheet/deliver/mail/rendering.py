"""An edition as a mail: its subject, its text, its HTML."""

from __future__ import annotations

from typing import NamedTuple

from broadsheet.sending import Outgoing


class Rendering(NamedTuple):
    """What a mail says, twice."""

    subject: str
    text: str
    html: str


def render(edition: Outgoing) -> Rendering:
    """The mail that shows this edition."""
    return Rendering(f"Edition {edition.edition}", f"Edition {edition.edition}", f"<p>Edition {edition.edition}</p>")


def unsubscribe_address(edition: Outgoing) -> str:
    """The address that ends what this edition was made for, at one click and without a word (RFC 8058)."""
    return f"https://localhost/subscriptions/{edition.name}"
