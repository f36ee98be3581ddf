"""Promises of the picture of a paper: legible whatever the title, cheap to keep, bounded in size and work."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import a_record
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from broadsheet.deliver import card
from broadsheet.deliver.card import Card, draw

PLAIN = Card(
    house="Broadsheet", title="A Lantern for Small Models", instead="arxiv:2603.00001", authors=("Ada Lovelace",),
    date="2026-03-17", kicker="cs.LG", foot="arxiv:2603.00001",
)  # fmt: skip

MARGIN = 60


def seen(of: Card) -> Image.Image:
    body = draw(of)
    assert len(body) < 100_000
    image = Image.open(io.BytesIO(body))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    return image.convert("RGB")


def ink(image: Image.Image, box: tuple[int, int, int, int] | None = None) -> tuple[int, int, int, int] | None:
    """Where something is drawn."""
    part = image.crop(box) if box else image
    return (
        ImageChops.difference(part, Image.new("RGB", part.size, "#fdfcf9"))
        .point(lambda v: v if v > 24 else 0)
        .getbbox()
    )


@pytest.mark.parametrize(
    "title",
    [
        "Rings and Balls",
        "A title that is very long and does not end " * 12,
        "Pneumonoultramicroscopicsilicovolcanoconiosis" * 8,
        "Über die Γ-Konvergenz: Λ ≤ ∞, Žižek, Łódź, Ελληνικά, Русский",
        "W" * 400,
        "",
    ],
)
def test_every_title_stays_within_the_margins(title: str) -> None:
    found = ink(seen(PLAIN._replace(title=title, authors=("Ada Lovelace",) * 40, house="House " * 30, foot="f" * 900)))
    assert found is not None
    left, top, right, bottom = found
    assert left >= MARGIN
    assert right <= 1200 - MARGIN
    assert top >= 30
    assert bottom <= 620


def test_a_short_title_is_large_and_a_long_one_small() -> None:
    short = ink(seen(PLAIN), (0, 200, 1200, 330))
    assert short is not None
    assert card._fitted("Rings and Balls", 300)[0].size > card._fitted("A long title of many words " * 9, 300)[0].size


def test_the_lines_of_a_title_are_about_equally_long() -> None:
    face, lines = card._fitted("Approximation of eigenvalues of spot cross volatility matrix with a view", 300)
    widths = [face.width(line) for line in lines]
    assert len(lines) > 1
    assert min(widths) > 0.5 * max(widths)


@pytest.mark.parametrize("sign", ["é", "ß", "ł", "Γ", "ω", "Ж", "∞", "≤", "²", "→", "“"])
def test_the_letters_of_names_and_of_mathematics_are_drawn_as_they_are(sign: str) -> None:
    assert card._drawable(f"a {sign} b") == f"a {sign} b"
    assert card._file_for("Semibold", sign) == "SourceSerifPro-Semibold.ttf"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A machine without fonts of its own."""
    monkeypatch.setattr(card, "_OTHERS", ())
    forgotten = (card._drawable, card._file_for, card._draws, draw)
    for each in forgotten:
        each.cache_clear()
    yield
    for each in forgotten:
        each.cache_clear()


@pytest.mark.usefixtures("bare")
class TestWithoutOtherFonts:
    def test_signs_that_no_font_has_become_what_they_stand_for_or_are_left_out(self) -> None:
        assert card._drawable("in ℝ and 𝑥₁ for 🦉 owls") == "in R and x₁ for owls"

    def test_a_title_in_another_script_gives_way_to_the_id(self) -> None:
        told = PLAIN._replace(title="基于深度学习的图像识别方法研究", authors=("王小明", "Ada Lovelace"), house="論文")
        assert draw(told) == draw(PLAIN._replace(title=told.instead, authors=("Ada Lovelace",), house="Broadsheet"))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=120), st.lists(st.text(max_size=20), max_size=12), st.text(max_size=30))
def test_no_text_breaks_the_picture(title: str, authors: list[str], other: str) -> None:
    seen(Card(other, title, other, tuple(authors), other, other, other))


@pytest.mark.django_db
class TestAddress:
    @pytest.fixture(autouse=True)
    def papers(self, library: Callable[..., None]) -> None:
        library(
            a_record("A stone", ids=("arxiv:2603.00001", "doi:10.1000/182"), published=date(2026, 3, 1)),
            a_record("A stone in a DOI", ids=("doi:10.1000/(a)/<b>",)),
        )

    @pytest.mark.parametrize("path", ["/papers/arxiv:2603.00001", "/papers/doi:10.1000/(a)/%3Cb%3E"])
    def test_it_stands_below_the_paper_s_address_and_the_page_names_it(self, client: Client, path: str) -> None:
        response = client.get(f"{path}/card.png")
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "image/png"
        assert Image.open(io.BytesIO(response.content)).size == (1200, 630)
        assert f'content="http://localhost{path}/card.png"' in client.get(path).content.decode()

    def test_another_id_leads_there_and_an_unknown_one_nowhere(self, client: Client) -> None:
        response = client.get("/papers/doi:10.1000/182/card.png")
        assert (response.status_code, response.headers["Location"]) == (301, "/papers/arxiv:2603.00001/card.png")
        assert client.get("/papers/arxiv:2603.00002/card.png").status_code == 404

    def test_it_is_kept_for_a_day_and_drawn_again_only_when_the_paper_changed(
        self, client: Client, library: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = "/papers/arxiv:2603.00001/card.png"
        first = client.get(path)
        assert first.headers["Cache-Control"] == "public, max-age=86400"
        tag = first.headers["ETag"]
        draw.cache_clear()
        monkeypatch.setattr(card, "_draw", lambda _card: pytest.fail("drawn again"))
        for asked in (tag, f'"x", W/{tag}'):
            again = client.get(path, headers={"if-none-match": asked})
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        monkeypatch.undo()
        library(a_record("A heavier stone", source="person", ids=("arxiv:2603.00001",)))
        assert client.get(path, headers={"if-none-match": tag}).status_code == 200
