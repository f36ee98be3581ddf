"""Promises of late interaction: what a slow, obvious loop over the tokens says."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index import embed, interaction
from broadsheet.index.embed import TokenTable
from broadsheet.index.interaction import SATURATION, meetings

WORDS = [f"w{number}" for number in range(12)]
VECTORS = np.random.default_rng(0).standard_normal((len(WORDS), 8), dtype=np.float32)
UNIT = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
TABLE = TokenTable(
    VECTORS,
    np.random.default_rng(1).random(len(WORDS), np.float32) + 1,
    lambda word: (WORDS.index(word),) if word in WORDS else (),
)
texts = st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=8)


def met(asked: list[str], paper: list[str]) -> float:
    """The mean over the query's tokens, weighted by their rarity, of the best saturated cosine with a paper's token."""
    known = [WORDS.index(word) for word in asked if word in WORDS]
    there = [WORDS.index(word) for word in paper if word in WORDS]
    if not known or not there:
        return 0.0
    total = sum(TABLE.rarity[token] for token in known)
    best = (max(0, *(float(UNIT[token] @ UNIT[other]) for other in there)) for token in known)
    return float(
        sum(TABLE.rarity[token] * (1 - exp(-SATURATION * c)) for token, c in zip(known, best, strict=True)) / total
    )


@pytest.mark.parametrize("remembered", [0, 3, 1000])
@given(asked=texts, papers=st.lists(texts, max_size=5))
def test_each_token_of_the_query_is_met_by_the_nearest_of_the_paper(
    remembered: int, asked: list[str], papers: list[list[str]]
) -> None:
    _, tokens = TABLE.encode([" ".join(paper) for paper in papers])
    lengths = np.array([len(each) for each in tokens], np.int64)
    flat = np.concatenate(tokens) if tokens else np.zeros(0, np.uint16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interaction, "REMEMBERED", remembered)
        found = meetings(" ".join(asked), TABLE, flat, lengths)
    assert np.allclose(found, [met(asked, paper) for paper in papers], atol=0.02)


def test_tokens_among_others_have_the_cosines_that_they_have_among_all() -> None:
    table, among = embed.load(embed.DEFAULT).table, np.arange(3, 42_000, 7)
    whole, part = table.cosines([5, 77]), table.cosines([5, 77], among)
    assert whole.shape == (2, len(table))
    assert np.array_equal(part, whole[:, among])


def test_a_paper_of_the_same_words_meets_the_query_in_full() -> None:
    _, tokens = TABLE.encode(["w1 w2 w3 w4"])
    assert np.isclose(meetings("w3 w1", TABLE, tokens[0], np.array([4]))[0], 1 - exp(-SATURATION), atol=0.02)
