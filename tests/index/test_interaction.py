"""Promises of late interaction: what a slow, obvious loop over the tokens says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index.embed import TokenTable
from broadsheet.index.interaction import interactions

WORDS = [f"w{number}" for number in range(12)]
TABLE = TokenTable(
    np.random.default_rng(0).standard_normal((len(WORDS), 8), dtype=np.float32),
    lambda word: (WORDS.index(word),) if word in WORDS else (),
)
texts = st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=8)


def met(asked: list[str], paper: list[str]) -> float:
    """The mean over the query's tokens, weighted by their lengths, of the best cosine with a token of the paper."""
    known = [WORDS.index(word) for word in asked if word in WORDS]
    there = [WORDS.index(word) for word in paper if word in WORDS]
    if not known or not there:
        return 0.0
    total = sum(TABLE.weights[token] for token in known)
    best = (TABLE.weights[token] * max(TABLE.unit[token] @ TABLE.unit[other] for other in there) for token in known)
    return float(sum(best) / total)


@given(asked=texts, papers=st.lists(texts, max_size=5))
def test_each_token_of_the_query_is_met_by_the_nearest_of_the_paper(asked: list[str], papers: list[list[str]]) -> None:
    _, tokens = TABLE.encode([" ".join(paper) for paper in papers])
    lengths = np.array([len(each) for each in tokens], np.int64)
    flat = np.concatenate(tokens) if tokens else np.zeros(0, np.uint16)
    found = interactions(" ".join(asked), TABLE, flat, lengths)
    assert np.allclose(found, [met(asked, paper) for paper in papers], atol=1e-5)


def test_a_paper_of_the_same_words_meets_the_query_in_full() -> None:
    _, tokens = TABLE.encode(["w1 w2 w3 w4"])
    assert np.isclose(interactions("w3 w1", TABLE, tokens[0], np.array([4]))[0], 1, atol=1e-5)
