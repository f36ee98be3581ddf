"""Promises of the ids in a line: each is found wherever it stands, and the rest of the line stays."""

import pytest

from broadsheet.core.naming import named


@pytest.mark.parametrize(
    ("line", "ids", "rest"),
    [
        ("1706.03762v5", ["arxiv:1706.03762"], ""),
        ("the transformer paper 1706.03762", ["arxiv:1706.03762"], "the transformer paper"),
        ("see https://arxiv.org/abs/1706.03762, figure two", ["arxiv:1706.03762"], "see figure two"),
        ("arXiv: 2006.08217 momentum", ["arxiv:2006.08217"], "momentum"),
        ("doi 10.1038/nature14539 deep", ["doi:10.1038/nature14539"], "deep"),
        ("compare 1706.03762 and 1810.04805", ["arxiv:1706.03762", "arxiv:1810.04805"], "compare and"),
        ("nothing named here", [], "nothing named here"),
        ('"1706.03762" in quotes', [], '"1706.03762" in quotes'),
    ],
)
def test_ids_are_found_wherever_they_stand(line: str, ids: list[str], rest: str) -> None:
    parts, left = named(line)
    assert [part.value for part in parts] == ids
    assert left == rest


def test_each_id_can_be_taken_off_by_itself() -> None:
    parts, _ = named("compare 1706.03762 and 1810.04805")
    assert [part.rest for part in parts] == ["compare and 1810.04805", "compare 1706.03762 and"]
