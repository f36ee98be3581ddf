"""Promises about rings: who votes together again and again is seen, who meets at what all like is not."""

import itertools
import random

from broadsheet.rank.rings import MEMBERS, TOGETHER, rings

Votes = list[tuple[int, int]]


def readers(number: int, papers: range, seed: int = 1) -> Votes:
    """Honest readers, each of whom votes for twenty papers, popular ones far more often."""
    dice = random.Random(seed)
    odds = [1 / (1 + place) for place in range(len(papers))]
    return [(reader, paper) for reader in range(number) for paper in set(dice.choices(papers, odds, k=20))]


def ring(members: range, papers: range) -> Votes:
    return list(itertools.product(members, papers))


FIELDS = dict.fromkeys(range(1000), "cs.LG")


def test_a_ring_of_grown_accounts_among_many_readers_is_found_and_nobody_else() -> None:
    votes = readers(200, range(300)) + ring(range(900, 950), range(290, 300))
    (found,) = rings(votes, FIELDS)
    assert found.members == tuple(range(900, 950))
    assert found.together == 10
    assert found.expected < 2


def test_a_ring_that_also_votes_for_what_all_like_is_found() -> None:
    votes = readers(200, range(300)) + ring(range(900, 950), range(290, 300))
    dice = random.Random(2)
    votes += [(member, dice.randrange(50)) for member in range(900, 950) for _ in range(8)]
    (found,) = rings(votes, FIELDS)
    assert len(found.members) >= 45
    assert min(found.members) >= 900


def test_two_rings_are_two() -> None:
    votes = readers(100, range(300)) + ring(range(800, 810), range(280, 290)) + ring(range(900, 910), range(290, 300))
    assert {found.members for found in rings(votes, FIELDS)} == {tuple(range(800, 810)), tuple(range(900, 910))}


def test_readers_who_all_vote_for_the_papers_that_everybody_votes_for_are_no_ring() -> None:
    assert rings(readers(300, range(40)), FIELDS) == []


def test_readers_of_one_small_field_are_no_ring() -> None:
    """In a field of thirty papers its readers meet all the time."""
    fields = dict.fromkeys(range(500), "cs.LG") | dict.fromkeys(range(500, 530), "math.NT")
    votes = readers(100, range(500)) + [(1000 + who, paper) for who, paper in readers(30, range(500, 530), seed=3)]
    assert rings(votes, fields) == []


def test_a_few_who_read_together_are_no_ring_nor_are_many_who_did_so_once() -> None:
    honest = readers(100, range(300))
    assert rings(honest + ring(range(900, 900 + MEMBERS - 1), range(280, 300)), FIELDS) == []
    assert rings(honest + ring(range(900, 950), range(300 - TOGETHER + 1, 300)), FIELDS) == []


def test_nobody_at_all_is_no_ring() -> None:
    assert rings([], {}) == []
