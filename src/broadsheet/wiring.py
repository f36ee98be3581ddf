"""Opens what the settings name, once a process: the embedder and the index."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from broadsheet.index import Embedder, Index, embed


@cache
def embedder() -> Embedder:
    """The embedder that the settings name."""
    return embed.load(settings.EMBEDDER)


@cache
def index() -> Index:
    """The index of this process, for reading."""
    return Index(settings.INDEX_FOLDER, embedder())
