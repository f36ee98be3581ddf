"""Promises of the fusion: each part can only lift, words count by what chance does not explain, length is no merit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index.fuse import CHANCE, fuse, words

shares = st.floats(0, 1, width=32)
papers = st.lists(st.tuples(shares, st.floats(-1, 1, width=32), shares, st.integers(0, 500)), min_size=1, max_size=8)


@given(papers=papers, part=st.integers(0, 2), which=st.integers(0, 7))
def test_more_of_any_part_never_lowers_a_paper_and_moves_no_other(
    papers: list[tuple[float, float, float, int]], part: int, which: int
) -> None:
    which %= len(papers)
    rows = np.array([paper[:3] for paper in papers], np.float32)
    lengths = np.array([paper[3] for paper in papers])
    before = fuse(rows[:, 0], rows[:, 1], rows[:, 2], lengths)
    rows[which, part] += 0.5
    after = fuse(rows[:, 0], rows[:, 1], rows[:, 2], lengths)
    assert after[which] > before[which]
    others = np.arange(len(papers)) != which
    assert np.array_equal(after[others], before[others])


def test_of_two_equal_papers_the_shorter_one_is_better() -> None:
    same = np.full(2, 0.5, np.float32)
    short, long = fuse(same, same, same, np.array([50, 150]))
    assert short > long


@given(bm25=st.lists(st.floats(0, 30, width=32), max_size=60), most=st.floats(1, 40, width=32))
def test_the_words_say_from_nothing_to_everything_in_the_order_of_bm25(bm25: list[float], most: float) -> None:
    scores = np.array(sorted(bm25, reverse=True), np.float32)
    said = words(scores, most)
    assert ((said >= 0) & (said <= 1)).all()
    assert (np.diff(said) <= 0).all()
    assert not said[CHANCE - 1 :].any()


def test_a_word_that_many_papers_have_by_chance_says_nothing() -> None:
    assert not words(np.full(100, 8, np.float32), 10).any()
    assert words(np.array([8.0] + [2.0] * 99, np.float32), 10)[0] > 0.4
    assert words(np.zeros(0, np.float32), 10).shape == (0,)
