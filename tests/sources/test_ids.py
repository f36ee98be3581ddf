"""Promises of paper ids: every spelling of an id leads to the one that the library knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.ids import page_id, paper_ids, parse_paper_id


@pytest.mark.parametrize(
    ("paper_id", "spellings"),
    [
        (
            "arxiv:2006.08217",
            (
                "2006.08217", "arXiv:2006.08217v3", "https://arxiv.org/abs/2006.08217", "arxiv.org/pdf/2006.08217v2.pdf",
                "https://ar5iv.labs.arxiv.org/html/2006.08217", "https://ar5iv.org/abs/2006.08217v1",
                "https://huggingface.co/papers/2006.08217", "https://www.alphaxiv.org/abs/2006.08217",
                "10.48550/arXiv.2006.08217", "https://doi.org/10.48550/ARXIV.2006.08217", "arXiv preprint arXiv:2006.08217",
                "arXiv:2006.08217 [cs.LG]", "arxiv:2006.08217",
            ),
        ),
        (
            "arxiv:math/9201206",
            ("math/9201206", "arXiv:math/9201206v2", "math.FA/9201206", "http://arxiv.org/abs/math.FA/9201206"),
        ),
        (
            "doi:10.1000/abc(1)x",
            ("10.1000/ABC(1)x", "doi:10.1000/abc(1)X", "https://dx.doi.org/10.1000%2Fabc(1)x", "DOI: 10.1000/abc(1)x."),
        ),
        (
            "openreview:aB3-x_Yz",
            ("openreview:aB3-x_Yz", "https://openreview.net/forum?id=aB3-x_Yz", "https://openreview.net/pdf?id=aB3-x_Yz&noteId=q"),
        ),
        (
            "acl:P19-1001",
            ("P19-1001", "https://aclanthology.org/P19-1001/", "https://www.aclweb.org/anthology/p19-1001.pdf", "acl:p19-1001"),
        ),
        ("acl:2020.acl-main.1", ("2020.acl-main.1", "https://aclanthology.org/2020.acl-main.1.pdf")),
    ],
)  # fmt: skip
def test_every_spelling_leads_to_the_one_id(paper_id: str, spellings: tuple[str, ...]) -> None:
    assert {spelling: parse_paper_id(spelling) for spelling in spellings} == dict.fromkeys(spellings, paper_id)


@pytest.mark.parametrize(
    "text",
    ["", "deep learning", "2099.13999", "10.1/x", "https://a.example/2006.08217", "models 10.1000/1", "12/3456789"],
)
def test_what_spells_no_id_is_none(text: str) -> None:
    assert parse_paper_id(text) is None


def test_ids_in_running_text_come_strongest_first_and_once() -> None:
    text = (
        "As in (doi:10.1000/33.4), https://openreview.net/forum?id=abCd-1, arXiv:2006.08217v2, "
        "https://arxiv.org/abs/2006.08217 and https://aclanthology.org/P19-1001."
    )
    assert paper_ids(text) == ("arxiv:2006.08217", "doi:10.1000/33.4", "openreview:abCd-1", "acl:P19-1001")


@given(st.text(max_size=80))
def test_any_text_can_be_asked_for_ids(text: str) -> None:
    for paper_id in (*paper_ids(text), parse_paper_id(text)):
        assert paper_id is None or parse_paper_id(paper_id) == paper_id


@given(st.from_regex(r"(arXiv:)?\d{2}(0[1-9]|1[0-2])\.\d{4,5}(v[1-9])?", fullmatch=True))
def test_an_id_is_its_own_spelling(text: str) -> None:
    paper_id = parse_paper_id(text)
    assert paper_id is not None
    assert parse_paper_id(paper_id) == paper_id


def test_a_paper_known_by_title_has_one_id_for_all_spellings_of_title_and_author() -> None:
    assert page_id("On $\\alpha$-Trees", "Doe, Jane") == page_id("On α-trees", "Jane Doe")
    assert page_id("On Trees", "") != page_id("On Trees", "Jane Doe")
    assert parse_paper_id(page_id("On Trees", "")) == page_id("On Trees", "")
