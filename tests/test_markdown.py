"""Promises of what accounts write: it looks as meant, names what it names, and costs bounded work."""

import re
import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from xss import CORPUS, dangers

from broadsheet.markdown import LONGEST, notable, plain, to_html
from broadsheet.mathml import mathml


def parsed(page: str) -> Any:
    return html.fromstring(page)


def shown(text: str, **known: object) -> str:
    return to_html(text, **known).strip()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("# Big\n\n###### Small", "<h4>Big</h4>\n<h6>Small</h6>"),
        ("> a\n\n1. b\n2. c", "<blockquote>\n<p>a</p>\n</blockquote>\n<ol>\n<li>b</li>\n<li>c</li>\n</ol>"),
        ("```python\nx < 1\n```", "<pre><code>x &lt; 1\n</code></pre>"),
        ("<b>x</b> &amp; <!-- y -->", "<p>&lt;b&gt;x&lt;/b&gt; &amp; &lt;!-- y --&gt;</p>"),
        ("a < b && c > d", "<p>a &lt; b &amp;&amp; c &gt; d</p>"),
    ],
)
def test_markdown_is_shown_as_meant_and_html_as_written(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_a_table_keeps_its_columns_aligned_without_a_style() -> None:
    table = shown("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<td class="right">2</td>' in table
    assert "style" not in table


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        ("see https://a.org/x_y_z?b=1&c=2).", "https://a.org/x_y_z?b=1&c=2", "https://a.org/x_y_z?b=1&c=2"),
        ("(https://a.org/x_(y)) and", "https://a.org/x_(y)", "https://a.org/x_(y)"),
        ("[words](https://a.org 'title')", "https://a.org", "words"),
        ("<https://a.org>", "https://a.org", "https://a.org"),
        ("[mail](mailto:a@b.org)", "mailto:a@b.org", "mail"),
        ("![a picture](https://a.org/x.png)", "https://a.org/x.png", "a picture"),
        ("![](https://a.org/x.png)", "https://a.org/x.png", "https://a.org/x.png"),
    ],
)
def test_an_address_is_a_link_that_search_engines_do_not_follow_and_a_picture_is_one_too(
    text: str, address: str, words: str
) -> None:
    (link,) = parsed(shown(text)).xpath("//a")
    assert (link.get("href"), link.text_content(), link.get("rel")) == (address, words, "nofollow ugc noopener")
    assert "<img" not in shown(text)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "/accounts/logout/", "//a.org", "x"]
)  # fmt: skip
def test_what_is_no_address_of_the_web_or_of_mail_is_no_link(address: str) -> None:
    assert "<a" not in shown(f"[x]({address}) <{address}>")


def test_names_papers_and_addresses_are_found_outside_of_code_links_and_mathematics() -> None:
    text = (
        "@ada, (@bo.c) and @d-e: `@code` \\@escaped a@mail.org $@maths$ [@link](https://a.org) @ada. "
        "2401.01234v2, (arXiv:math.GT/0309136) 10.1000/x(1)2. <https://a.org/2401.00001> https://arxiv.org/abs/2401.00002.\n\n"
        "```\n@fence 2401.00003\n```"
    )
    found = notable(text)
    assert found.names == ("ada", "bo.c", "d-e")
    assert [word for word in found.words if "2401" in word or "0309136" in word or "10." in word] == [
        "2401.01234v2",
        "arXiv:math.GT/0309136",
        "10.1000/x(1)2",
        "https://arxiv.org/abs/2401.00002",
    ]


def test_only_names_of_accounts_are_shown_as_names_and_only_papers_of_the_library_lead_to_their_pages() -> None:
    given = "@ada @nobody 2401.01234 2401.09999 https://arxiv.org/abs/2401.01234"
    here = "/papers/arxiv:2401.01234"
    page = parsed(shown(given, names={"ada"}, papers={"2401.01234": here, "https://arxiv.org/abs/2401.01234": here}))
    assert [name.text for name in page.xpath("//b[@class='mention']")] == ["@ada"]
    assert [(link.get("href"), link.text) for link in page.xpath("//a")] == [
        (here, "2401.01234"),
        (here, "https://arxiv.org/abs/2401.01234"),
    ]


@pytest.mark.parametrize(
    "text", ["$x^2$", r"\(x^2\)", "$$x^2$$", r"\[x^2\]", "$$\nx^2\n$$", "\\[\nx^2\n\\]", "- $$\n  x^2\n  $$", "a\n$$\nx^2\n$$"]
)  # fmt: skip
def test_mathematics_is_shown_in_every_way_that_it_is_written(text: str) -> None:
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in shown(text)
    assert ('display="block"' in shown(text)) == (text[:2] in ("$$", r"\[") or "\n" in text)


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10", "$5", "from $5-$10", "US$ 20 and CA$ 30", "$20,000 for one and then 5$", r"\$x\$", "`$x$`",
        "$ x $", "$$", "$$$$", "a $ b", "```\n$x$\n```", "$x",
    ],
)  # fmt: skip
def test_dollars_that_are_no_mathematics_stay_dollars(text: str) -> None:
    assert "<math" not in shown(text)
    assert shown(text).count("$") == text.count("$")


def test_mathematics_is_not_read_as_markdown() -> None:
    assert "<em>" not in shown("$a_b c_d$ and $x*y*z$")
    assert "<li>" not in shown("$$\na\n- b\n+ c\n$$")


@pytest.mark.parametrize(
    "tex",
    [
        "x^{", "\\frac", "", r"\left(", r"\begin{matrix}", "x^y^z", r"\def\a{\a\a}\a", r"\newcommand{\a}[1]{#1#1}\a{\a{x}}",
        r"\href{javascript:alert(1)}{x}", "{" * 60 + "x" + "}" * 60, "x" * 3000, r"\sqrt" * 1000,
    ],
)  # fmt: skip
def test_mathematics_that_cannot_be_read_is_shown_as_it_was_written(tex: str) -> None:
    assert parsed(f"<p>{mathml(tex)}</p>").xpath("string(//code)") == tex


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [r"\frac", "{", "}", "x", "^", "_", r"\text{", "<img src=x onerror=alert(1)>", "&lt;", r"\left(", r"\right)",
             r"\begin{matrix}", r"\end{matrix}", "&", r"\\", r"\color{red", r"\style{color:red}{", r"\class{x}{", "[", "]",
             r"\hspace{9em}", '"', "'", r"\mathbb", "1", " ", "<", ">"]
        ),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_whatever_tex_somebody_writes_only_elements_of_mathematics_come_out(tex: str) -> None:
    made = parsed(f"<div>{mathml(tex)}</div>")
    assert not dangers(made)
    allowed = {"div", "code", "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup",
               "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom",
               "menclose"}  # fmt: skip
    assert {element.tag for element in made.iter()} <= allowed
    assert not {name for element in made.iter() for name in element.attrib} & {"style", "class", "href", "id"}


@pytest.mark.parametrize("attack", CORPUS)
@pytest.mark.parametrize(
    "form",
    ["{}", "[x]({})", "![x]({})", "[x](<{}> '{}')", "> {}", "$\\text{{{}}}$", "| {} |\n|---|", "[x]: {}\n\n[x]", "@{}"],
)
def test_nothing_that_acts_gets_through(attack: str, form: str) -> None:
    text = form.format(attack, attack) if form.count("{}") > 1 else form.format(attack)
    assert not dangers(parsed(f"<div>{to_html(text, names={'ada'}, papers={attack: '/papers/x'})}</div>"))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"[]()<>!*_~`$\\|#-+1.:@&\n \"'ax",
                "https://a.b",
                "$$",
                "\\[",
                "&#xE000;",
                "javascript:",
                "\u0000",
                "\ue000",
            ]
        ),
        max_size=60,
    ).map("".join)
)
def test_whatever_is_written_comes_out_as_html_that_is_whole_and_does_nothing(text: str) -> None:
    made = to_html(text)
    assert not dangers(parsed(f"<div>{made}</div>"))
    assert not re.search(r"[0-9a-f]{16}-\d+;", made)
    plain(text)


def test_nobody_can_write_the_mark_that_holds_a_formulas_place() -> None:
    first = to_html('$x$ [a](https://a.org "0000000000000000-0;") 0000000000000000-0;')
    assert first.count("<math") == 1


PATHOLOGICAL = {
    "brackets": "[" * LONGEST,
    "quotes": ">" * LONGEST,
    "quotes in quotes": "> >" * (LONGEST // 3),
    "pictures": "![" * (LONGEST // 2),
    "stars": "*a **b " * (LONGEST // 7),
    "backticks": "".join("`" * number + " " for number in range(1, 140)),
    "dollars": "$" * LONGEST,
    "formulas begun": "\\(" * (LONGEST // 2),
    "blocks begun": "\\[\n" * (LONGEST // 3),
    "formulas": "$\\frac{a}{b}$ " * (LONGEST // 14),
    "names": "@a" * (LONGEST // 2),
    "words": "a(" * (LONGEST // 2),
    "links begun": "[a](" * (LONGEST // 4),
    "lists in lists": "".join("  " * depth + "- a\n" for depth in range(95)),
    "a wide table": "|".join("a" * 500) + "\n" + "|".join("-" * 500) + "\n" + "x\n" * 3900,
    "a long table": "a|b\n-|-\n" + "x\n" * 4900,
    "entities": "&" * LONGEST,
    "an address": "https://a.b/" + "(" * (LONGEST - 12),
    "definitions": "[x]: y\n" * (LONGEST // 7),
    "lines": "\n" * LONGEST,
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_the_worst_texts_cost_bounded_work_and_grow_no_mountain(name: str) -> None:
    """Work is counted in calls: a harmless text of this length takes some hundred thousand."""
    calls = 0

    def count(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        made = to_html(PATHOLOGICAL[name])
    finally:
        sys.setprofile(None)
    assert calls < 2000 * LONGEST
    assert len(made) < 100 * LONGEST


def test_an_excerpt_is_one_line_without_marks_quotations_and_code() -> None:
    text = "> quoted\n\n# Is $x_1^2$ *so*,\n@ada? [x](https://a.b) ![p](https://c.d)\n\n```\ncode\n```\n- one\n- `two`\n\n$$\\alpha$$"
    assert plain(text) == "Is x₁² so, @ada? x p one two α"
