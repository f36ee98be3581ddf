"""Promises of how TeX is made readable: soon, and the same in every library."""

import hashlib
import json
from datetime import date

from builders import shared_data
from hypothesis import given
from hypothesis import strategies as st

from broadsheet import tex
from broadsheet.sources import files
from broadsheet.tex_tables import LETTERS, STRIPPED, STYLES, SWITCHES, SYMBOLS
from broadsheet.text import readable

SAMPLES = (
    "We lift a stone with $\\alpha_1 \\leq \\frac{n^2}{\\sqrt{k}}$ and $O(n\\log n)$ ropes -- or {\\em none} at all.",
    "G\\\"odel and Erd\\H{o}s on \\emph{kites}: ``high'' winds, $\\mathbb{R}^{n}$ and $\\{a, b\\}$~lines",
    "A bound of O(k^2 cdot log k) for mathcal{H}_infty, x in R^n, 5 times 3, t to infty, sim 40 pm 2 stones",
    "See https://example.org/a_stone for $10 and $20, \\texttt{snake_case}, \\href{https://example.org}{this}",
    *(f"$x \\{name} {{n}}$" for name in sorted({*SYMBOLS, *LETTERS, *STYLES, *SWITCHES})),
    *(f"in R{needle}(n) or 5{needle} 3 or {needle}_1" for needle, _, _ in STRIPPED),
    "$\\widehat{\\lambda}_{i,j} \\rightarrow \\sum_{k=0}^{\\infty} \\binom{n}{k} x^{\\top}$\\footnote{Or not.}",
)
MADE = (1, "929aa6e72d60d49f")
"""Version and digest of what is made of the samples."""

PIECES = st.lists(
    st.sampled_from(
        [rule[0] for rule in STRIPPED]
        + [needle.strip(" ^") for needle, _, _ in STRIPPED]
        + list("\\$^_{}()[]|=<>≤~ ,.05nxRAaα'-")
        + [" ", " ", "infty", "_x", "^{", "_{n}"]
    ),
    max_size=14,
).map("".join)


def one_by_one(text: str) -> str:
    """What the rules make of a text where each needle is looked for."""
    for needle, pattern, replacement in STRIPPED:
        if needle in text:
            text = pattern.sub(replacement, text)
    return text


@given(PIECES)
def test_rules_that_are_found_by_words_are_all_that_apply(text: str) -> None:
    assert tex.apply_rules(text) == one_by_one(text)


def test_so_they_are_in_real_abstracts() -> None:
    for record in files.read(str(shared_data("arxiv-recent.jsonl.zst")), today=date(2026, 3, 17)):
        for text in (record.title, record.abstract):
            assert tex.apply_rules(text) == one_by_one(text)


def test_whoever_changes_what_is_made_of_texts_says_so() -> None:
    made = json.dumps([readable(text) for text in SAMPLES]).encode()
    assert (tex.VERSION, hashlib.blake2b(made, digest_size=8).hexdigest()) == MADE, (
        "`readable` makes something else of texts than it did. Count tex.VERSION on, so that libraries make anew what "
        "they keep of it, and write version and digest into MADE."
    )
