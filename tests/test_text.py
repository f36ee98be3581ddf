"""Promises of the text functions: what is shown is readable, and what identifies a paper does not depend on spelling."""

import re
import string

import pytest
from builders import shared_data
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.text import author_key, find_links, first_lines, readable, runs, sentences, squash
from broadsheet.types import Link, LinkKind

TEX = st.text(alphabet="\\{}$^_~`'\"-=.,()[]<>/ \nabcinprstxzRM0123α×\x00", max_size=80)
PIECES = st.lists(
    st.sampled_from(
        [
            "sim",
            "times",
            " times ",
            "rangle",
            "langle",
            "{rm ",
            "alpha",
            "(",
            ")",
            "{",
            "}",
            "^",
            "_",
            "$",
            "\\",
            "5",
            "n",
            " ",
            "\\frac",
            "\\hat",
            "\\emph{",
            '\\"o',
            "http://a.example/b_c",
            "--",
            "~",
            " in ",
            "R^{n}",
            "left",
            "right)",
            " pm ",
            "=",
            ",",
        ]
    ),
    max_size=24,
).map("".join)
WORDS = st.lists(
    st.sampled_from(
        [
            "in",
            "times",
            "top",
            "to",
            "sim",
            "pm",
            "the",
            "arrow",
            "left",
            "right",
            "alpha",
            "beta",
            "sum",
            "over",
            "tests",
            "of",
            "similar",
            "performance",
            "narrow",
        ]
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("$L_p^n$ balls", "Lₚⁿ balls"),
        ("Schr\\\"odinger and Erd\\H{o}s--R\\'enyi", "Schrödinger and Erdős–Rényi"),
        ("an \\emph{odd {\\bf bold}} claim at 5\\% \\& more", "an odd bold claim at 5% & more"),
        ("$10^{-3}$ of $x\\in\\mathbb{R}^d$", "10⁻³ of x∈ℝᵈ"),
        ("$\\frac{a+b}{2}$, $\\sqrt{n}$, $\\hat{x}$", "(a+b)/2, √n, x̂"),
        ("Theorem~3 of J.~Doe", "Theorem 3 of J. Doe"),
        ("$H_q$ and $x_{max}$", "H_q and x_max"),
        ("$a \\not= b$, $a \\not\\in B$", "a ≠ b, a ∉ B"),
        ("``quoted'' --- twice", "“quoted” — twice"),
        ("\\url{http://a.example/b_c} \\href{http://a.example}{here}", "http://a.example/b_c here (http://a.example)"),
        ("\\ours{} beats \\textsc{Other}", "ours beats Other"),
    ],
)
def test_real_tex_becomes_signs_and_letters(written: str, shown: str) -> None:
    assert readable(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("gains sim3.5AP", "gains ∼3.5AP"),
        ("(gtrsim10^4) images", "(≳10⁴) images"),
        ("GL^{+}(n, R)", "GL⁺(n, R)"),
        ("R_odot, M^*, XX^top", "R_⊙, M*, XXᵀ"),
        ("f_{rm ov} = 1.66 pm 0.1", "f_ov = 1.66 ± 0.1"),
        ("R^{n times k} with r ll n", "R^(n×k) with r ≪ n"),
        ("R^3 {times} S^2", "R³ × S²"),
        ("64{times}64 or 8times 8", "64×64 or 8×8"),
        ("d^{-1} and (1/T^2)", "d⁻¹ and (1/T²)"),
        ("(-varepsilon_ur)^{2/3}", "(-ε_ur)^(2/3)"),
        ("D{=}1, D{to}infty", "D=1, D→∞"),
        ("u_L and u_1", "u_L and u₁"),
        ("langle(Delta u_L)^{2n}rangle", "⟨(Δ u_L)²ⁿ⟩"),
    ],
)
def test_tex_that_lost_its_backslashes_is_read_where_it_is_plainly_mathematics(written: str, shown: str) -> None:
    assert readable(written) == shown


@pytest.mark.parametrize(
    "text",
    [
        "three times as many in the top ten, up to a point",
        "a sim racing game at 5 pm, 40 times faster",
        "a gamma-ray of the alpha Cen system, strangled by a wrangler in a rectangle",
        "it costs $5 or $6 each",
        "the field snake_case_name and --flags",
        "see https://a.example/~jane/x_1--y^2?a=b$c",
        "the set {0, 1} and the approximation",
    ],
)
def test_ordinary_english_stays_as_it_is(text: str) -> None:
    assert readable(text) == text


@given(st.one_of(TEX, PIECES, st.text(max_size=60)))
def test_what_is_readable_stays_so(text: str) -> None:
    once = readable(text)
    assert readable(once) == once


@given(WORDS, st.sampled_from(["", "$x_1$", "\\emph{yes}", "R^{n}", "10^4", "{", "\\alpha", "~", "$"]))
def test_no_word_is_lost(words: list[str], tex: str) -> None:
    shown = readable(" ".join([*words, "and", tex, "and", *words])).split()
    assert [word for word in shown if word in words] == words * 2


def test_line_breaks_and_runs_of_blanks_become_single_spaces() -> None:
    assert readable(" one\n  two\tthree\u00a0four ") == "one two three four"


def test_a_title_is_the_same_however_its_tex_is_spelled() -> None:
    spellings = (
        'The $\\alpha$-Bridge of Schr\\"odinger',
        "The α-bridge of Schrödinger",
        "The alpha-Bridge of Schrodinger",
    )
    assert {squash(title) for title in spellings} == {"thealphabridgeofschrodinger"}
    assert squash("Attention -- $O(n^2)$?") == squash("ATTENTION: O(n²)") == "attentionon2"


def test_letters_of_other_scripts_are_kept_in_an_identity() -> None:
    assert squash("深度 学习!") == "深度学习"
    assert squash("Об обучении") == "обобучении"


@given(st.text(max_size=60))
def test_an_identity_has_letters_and_digits_only(title: str) -> None:
    assert all(map(str.isalnum, squash(title)))


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("Code: https://github.com/a/b.", ["https://github.com/a/b"]),
        ("(see https://a.example/x_(y)), or", ["https://a.example/x_(y)"]),
        ("\\url{https://a.example/b\\_c}", ["https://a.example/b_c"]),
        ("https://github.com/a/b}{https://github.com/a/b .", ["https://github.com/a/b"]),
        (
            "\\href{https://a.example/x}{here} and [https://b.example](https://b.example)",
            ["https://a.example/x", "https://b.example"],
        ),
        ("at github.com/a/b, really", ["https://github.com/a/b"]),
        ("http://a.example/~jane/; 'https://b.example/c'", ["http://a.example/~jane/", "https://b.example/c"]),
        ("https:// or http://nothing", []),
        ("no links, only httpd", []),
    ],
)
def test_links_come_out_clean_and_once(text: str, urls: list[str]) -> None:
    assert [link.url for link in find_links(text)] == urls


def test_a_link_s_host_says_what_stands_there() -> None:
    text = (
        "https://gitlab.com/a/b https://a.github.io/b https://zenodo.org/records/1 https://huggingface.co/datasets/a/b "
        "https://huggingface.co/spaces/a/b https://arxiv.org/abs/2401.00001 https://doi.org/10.1000/1 https://a.example/"
    )
    kinds = ["code", "project", "data", "data", "code", "paper", "paper", "other"]
    assert [str(link.kind) for link in find_links(text)] == kinds


@given(st.text(alphabet="https:/.github comab()[]{}\\_-.,;'\"<> \n", max_size=120))
def test_every_link_found_is_an_address_that_is_found_again(text: str) -> None:
    for link in find_links(f"https://{text}"):
        assert link.url.startswith(("http://", "https://"))
        assert find_links(link.url) == (Link(link.url, LinkKind(link.kind)),)


@given(st.text(alphabet=string.ascii_letters + " .?!\n", max_size=200), st.integers(0, 90))
def test_first_lines_keep_to_the_limit_and_start_as_the_text_does(text: str, limit: int) -> None:
    cut = first_lines(text, limit)
    assert len(cut) <= limit or cut == text == ""
    assert cut == text or text.startswith(cut.removesuffix("…").rstrip())


def test_first_lines_end_at_a_sentence_or_a_word() -> None:
    assert first_lines("It is short. And then it goes on and on.", 20) == "It is short. …"
    assert first_lines("A sentence that goes on without an end", 20) == "A sentence that…"


@pytest.mark.parametrize(
    "spellings",
    [
        ("Doe, Jane", "Jane Doe", "Jane Q. Doe", "DOE, J.", "Doe J."),
        ("van der Berg, Anna", "Anna van der Berg"),
        ('M\\"uller, Hans', "Hans Müller", "Hans Muller, Jr."[:11]),
        ("King, Jr., Martin", "Martin King Jr."),
    ],
)
def test_a_family_name_is_the_same_in_either_order(spellings: tuple[str, ...]) -> None:
    assert len({author_key(name) for name in spellings}) == 1


def test_the_seed_page_has_no_stripped_tex_left() -> None:
    shown = readable(shared_data("seed", "daily-papers-page.txt").read_text(encoding="utf-8"))
    for left in (
        "sim3.5",
        "gtrsim",
        "odot",
        "{rm",
        " pm ",
        "n times",
        "^top",
        "varepsilon",
        "langle",
        "{times}",
        "}{",
        "\\",
    ):
        assert left not in shown


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("We follow Smith et al. (2020), e.g. in Fig. 3. It works.", 2),
        ("We follow Smith et al. We do better.", 2),
        ("Results of J. Doe hold for vitamin C. We show why.", 2),
        ("It is 3.5 times faster vs. Baseline models. See Sec. 4.", 2),
        ("Is it so? Yes! (We think.) Or not", 4),
        ("He said \u201cstop.\u201d Then it stopped.", 2),
        ("The answer is no. We show it.", 2),
        ("We use pandas. numpy is faster", 1),
        ("One sentence without an end", 1),
        ("", 0),
    ],
)
def test_sentences_end_where_a_reader_sees_an_end(text: str, number: int) -> None:
    assert len(sentences(text)) == number


@given(st.text(st.sampled_from('ab AB.?!…()"\u201d19'), max_size=80))
def test_sentences_lose_nothing(text: str) -> None:
    assert " ".join(sentences(text)).split() == text.split()


def test_sentences_take_time_by_the_length_of_the_text_only() -> None:
    for sign in ("a", ".", ". ", "a. ", ".) ", "( "):
        assert sentences(sign * 50_000)


@given(st.one_of(st.text(), st.text(st.characters(max_codepoint=127)), st.text("aZ09_é²\u0301 \n\x1c.-")))
def test_runs_are_the_letters_and_digits_that_stand_together_in_any_script(text: str) -> None:
    assert runs(text) == re.findall(r"[^\W_]+", text)
