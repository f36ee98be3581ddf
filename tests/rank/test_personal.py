"""Promises of the personal ranking: slow and obvious oracles, and what must not matter."""

import numpy as np
import pytest

from broadsheet.rank import personal
from broadsheet.rank.personal import Papers, Taste, grouped, usual_in

DIMENSION = 16
TOPICS = np.eye(DIMENSION)


def some_papers(topics: list[int], seed: int = 0, first_key: int = 1, spread: float = 0.12) -> Papers:
    """A paper of each of these topics: near its axis, with ten words of the topic's twenty and ten of anybody's."""
    draws = np.random.default_rng(seed)
    vectors = TOPICS[topics] + spread * draws.standard_normal((len(topics), DIMENSION))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tokens = [
        np.sort(np.concatenate([draws.permutation(50)[:10], 100 * (1 + topic) + draws.permutation(20)[:10]]))
        for topic in topics
    ]
    keys = np.arange(first_key, first_key + len(topics), dtype=np.int64)
    return Papers(keys, vectors.astype(np.float32), np.concatenate(tokens), np.full(len(topics), 20))


def background(seed: int = 1) -> Papers:
    return some_papers([number % DIMENSION for number in range(160)], seed, first_key=1000)


def shuffled(papers: Papers, seed: int) -> tuple[Papers, np.ndarray]:
    order = np.random.default_rng(seed).permutation(len(papers))
    return papers.take(order), order


class TestFit:
    def test_papers_of_the_readers_topic_come_first(self) -> None:
        others = background()
        taste = Taste(some_papers([3, 3, 3]), np.ones(3), usual_in(others))
        best = np.argsort(-taste.fit(others).score)[:10]
        assert set(best.tolist()) == set(range(3, 160, 16))

    def test_the_evidence_by_words_is_what_a_slow_sum_says(self) -> None:
        liked, others = some_papers([3, 3, 5]), background()
        mine = [set(liked.tokens[place * 20 : place * 20 + 20].tolist()) for place in range(3)]
        theirs = [set(others.tokens[place * 20 : place * 20 + 20].tolist()) for place in range(len(others))]
        expected = []
        for has in theirs:
            total = 0.0
            for word in has:
                share = sum(word in one for one in mine) / 3
                usual = (sum(word in one for one in theirs) + 0.5) / (len(theirs) + 1)
                if share and np.log(share / usual) > personal.TELLING:
                    total += np.sqrt(share) * np.log(share / usual)
            expected.append(total / np.sqrt(20 + personal.USUAL))
        found = Taste(liked, np.ones(3), usual_in(others)).fit(others).words
        standard = (np.array(expected) - np.mean(expected)) / np.std(expected)
        np.testing.assert_allclose(found, standard, rtol=1e-4, atol=1e-5)

    def test_the_evidence_by_meaning_is_the_linear_discriminant(self) -> None:
        liked, others = some_papers([3, 3, 3]), background()
        middle = others.vectors.mean(axis=0)
        covariance = np.cov(others.vectors.T.astype(float), bias=True)
        even = np.trace(covariance) / DIMENSION * np.eye(DIMENSION)
        direction = np.linalg.solve(
            covariance + (personal.SHRINK + DIMENSION / 160) * even, liked.vectors.mean(axis=0) - middle
        )
        expected = others.vectors @ direction
        found = Taste(liked, np.ones(3), usual_in(others)).fit(others).meaning
        np.testing.assert_allclose(found, (expected - expected.mean()) / expected.std(), rtol=1e-3, atol=1e-4)

    def test_a_paper_that_weighs_nothing_beside_another_says_nothing_beside_it(self) -> None:
        others = background()
        both = Taste(some_papers([3, 3, 7]), np.array([1.0, 1.0, 1e-9]), usual_in(others)).whole
        alone = Taste(some_papers([3, 3, 7]).take(np.array([0, 1])), np.ones(2), usual_in(others)).whole
        np.testing.assert_allclose(both.direction, alone.direction, rtol=1e-4, atol=1e-4)

    @pytest.mark.parametrize("seed", range(5))
    def test_the_order_in_which_papers_come_changes_nothing_to_the_last_bit(self, seed: int) -> None:
        liked, others, weights = some_papers([3, 3, 5, 5, 9]), background(), np.array([1.0, 0.5, 0.7, 1.0, 0.2])
        expected = Taste(liked, weights, usual_in(others), some_papers([11], 7, 90)).fit(others)
        mixed_liked, order = shuffled(liked, seed)
        mixed_others, back = shuffled(others, seed + 100)
        found = Taste(mixed_liked, weights[order], usual_in(mixed_others), some_papers([11], 7, 90)).fit(mixed_others)
        assert np.array_equal(found.score, expected.score[back])
        assert np.array_equal(found.interest, expected.interest[back])

    def test_papers_that_are_left_out_change_nothing(self) -> None:
        others, places = background(), np.arange(3, 150, 2)
        taste = Taste(some_papers([3, 3, 5, 5, 9]), np.ones(5), usual_in(others), some_papers([11], 7, 90))
        found, expected = taste.fit(others, places), taste.fit(others.take(places))
        assert np.array_equal(found.words, expected.words)
        assert np.array_equal(found.interest, expected.interest)
        np.testing.assert_allclose(found.score, expected.score, atol=1e-5)

    def test_less_like_a_paper_puts_what_is_like_it_behind_and_leaves_the_rest(self) -> None:
        others = background()
        liked = some_papers([3, 3, 3, 5, 5, 5])
        before = Taste(liked, np.ones(6), usual_in(others)).fit(others)
        after = Taste(liked, np.ones(6), usual_in(others), some_papers([5], 9, 500)).fit(others)
        fives, threes = np.arange(5, 160, 16), np.arange(3, 160, 16)
        assert (after.score[fives] < before.score[fives] - 1).all()
        assert (after.score[threes] > before.score[threes] - 0.5).all()

    def test_the_nearest_of_the_readers_papers_is_told(self) -> None:
        liked = some_papers([3, 5, 9])
        places, likeness = Taste(liked, np.ones(3), usual_in(background())).nearest(liked.vectors[[2, 0]])
        assert places.tolist() == [2, 0]
        np.testing.assert_allclose(likeness, 1, atol=1e-4)

    def test_papers_that_are_all_the_same_and_papers_without_words_are_no_trouble(self) -> None:
        same = some_papers([3]).take(np.zeros(5, np.intp))
        bare = Papers(same.keys, same.vectors, np.zeros(0, np.int64), np.zeros(5, np.int64))
        for papers in (same, bare):
            assert np.isfinite(Taste(papers, np.ones(5), usual_in(papers)).fit(papers).score).all()

    def test_words_that_the_background_never_had_are_no_trouble(self) -> None:
        others = background()
        taste = Taste(some_papers([3, 3, 3]), np.ones(3), usual_in(others))
        far = Papers(others.keys[:1], others.vectors[:1], np.array([1_000_000]), np.array([1]))
        assert np.isfinite(taste.fit(far).score).all()


class TestPapers:
    def test_the_papers_that_have_a_token_are_those_that_a_slow_look_finds(self) -> None:
        papers = some_papers([3, 5, 3, 9])
        has = [set(papers.tokens[place * 20 : place * 20 + 20].tolist()) for place in range(4)]
        for token in range(1200):
            assert papers.having(token).tolist() == [place for place in range(4) if token in has[place]]

    def test_some_of_them_come_in_the_order_of_their_keys(self) -> None:
        papers = some_papers([3, 5, 3, 9])
        some = papers.of([9, 4, 2, -1])
        assert some.keys.tolist() == [2, 4]
        assert np.array_equal(some.tokens, np.concatenate([papers.tokens[20:40], papers.tokens[60:]]))
        assert len(papers.of([])) == len(some.of([7])) == 0


class TestInterests:
    def test_two_topics_are_two_interests_and_one_is_one(self) -> None:
        others = background()
        two = Taste(some_papers([3, 5, 3, 5, 3]), np.ones(5), usual_in(others))
        assert [sorted(each.members) for each in two.interests] == [[0, 2, 4], [1, 3]]
        assert [round(each.share, 2) for each in two.interests] == [0.6, 0.4]
        assert len(Taste(some_papers([3, 3, 3]), np.ones(3), usual_in(others)).interests) == 1

    def test_the_most_typical_of_its_papers_comes_first(self) -> None:
        liked = some_papers([3, 3, 3, 3])
        taste = Taste(liked, np.array([1.0, 1.0, 1.0, 1e-9]), usual_in(background()))
        units = taste._near
        expected = sorted(range(4), key=lambda place: -float(units[place] @ units[:3].mean(axis=0)))
        assert taste.typical(taste.whole) == expected

    def test_a_small_interest_is_not_drowned_by_a_large_one(self) -> None:
        others = background()
        fit = Taste(some_papers([3] * 12 + [5] * 3), np.ones(15), usual_in(others)).fit(others)
        first = np.argsort(-fit.score)[:20]
        assert sum(int(place) % 16 == 5 for place in first) >= 8

    def test_groups_are_those_of_a_slow_average_linkage(self) -> None:
        draws = np.random.default_rng(4)
        for _ in range(20):
            units = draws.standard_normal((12, 5))
            units /= np.linalg.norm(units, axis=1, keepdims=True)
            found = grouped(units, np.ones(12))
            assert sorted(map(sorted, found)) == sorted(_slow_groups(units))

    def test_equal_papers_are_joined_in_their_order(self) -> None:
        units = np.eye(12)[[number % 12 for number in range(50)]]
        assert sorted(map(sorted, grouped(units, np.ones(50)))) == sorted(_slow_groups(units))

    def test_however_many_papers_there_are_each_is_in_one_interest_and_interests_are_few(self) -> None:
        units = np.random.default_rng(5).standard_normal((300, 8))
        units /= np.linalg.norm(units, axis=1, keepdims=True)
        groups = grouped(units, np.random.default_rng(6).random(300))
        assert len(groups) <= personal.MOST
        assert sorted(row for group in groups for row in group) == list(range(300))


def _slow_groups(units: np.ndarray) -> list[list[int]]:
    groups = [[row] for row in range(len(units))]
    while len(groups) > 1:
        pairs = [
            (np.mean([units[one] @ units[other] for one in groups[a] for other in groups[b]]), -a, -b)
            for a in range(len(groups))
            for b in range(a + 1, len(groups))
        ]
        near, a, b = max(pairs)
        if near < personal.APART and len(groups) <= personal.MOST:
            break
        groups[-a] += groups.pop(-b)
    return [sorted(group) for group in groups]
