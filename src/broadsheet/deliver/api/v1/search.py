"""The search: one line with its operators, filters beside it, and why each hit stands where it does."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from broadsheet import wiring
from broadsheet.core import search as verb
from broadsheet.deliver import present
from broadsheet.deliver.api.v1.answering import as_made
from broadsheet.deliver.api.v1.paging import Page, Slice, following
from broadsheet.deliver.api.v1.papers import Hit, with_own
from broadsheet.deliver.web.remembering import lasting
from broadsheet.types import Filter, Sort

TAG = "search"
router = Router()


class Understood(Schema):
    """One thing that the line was understood to ask for."""

    kind: str = Field(
        description="`author`, `title`, `category`, `code`, `after`, `before`, `phrase`, `without` or `id`.",
        examples=["author"],
    )
    value: str = Field(examples=["heo"])
    without: str = Field(description="The line without it.", examples=["momentum"])


class Corrected(Schema):
    """A word that was taken for another one."""

    typed: str = Field(examples=["tranformers"])
    taken: str = Field(examples=["transformers"])


class IndexShown(Schema):
    """How the index stands."""

    documents: int | None = Field(description="Papers that it knows; null while it is not built.", examples=[1200])
    behind: int = Field(description="Changes of the library that it has still to apply.", examples=[0])
    building: tuple[int, int] | None = Field(description="While it is built: how many papers are done, of how many.")


class CategoryCount(Schema):
    """How many of all hits are in a category, or in an archive with all below it."""

    value: str = Field(examples=["cs.LG"])
    number: int = Field(examples=[12])


class YearCount(Schema):
    """How many of all hits are of a year."""

    value: int = Field(examples=[2024])
    number: int = Field(examples=[12])


class FacetsShown(Schema):
    """What a filter would leave of the hits, most first, thirty of each at most; empty where nothing was scored."""

    categories: list[CategoryCount]
    years: list[YearCount]
    code: int = Field(description="How many link to code.")


class Answer(Page):
    """What a search answers."""

    query: str = Field(description="What was asked.", examples=["momentum author:heo"])
    understood: list[Understood]
    names: list[str] = Field(description="Words that were taken for authors' names.")
    years: list[str] = Field(description="Words that were taken for years.")
    corrected: list[Corrected]
    missing: list[str] = Field(description="Ids that were asked for and that are not here.")
    sort: str = Field(examples=["relevance"])
    page: int = Field(examples=[1])
    size: int = Field(examples=[20])
    without_filter: int | None = Field(description="How many hits there would be without the filter, if it left none.")
    facets: FacetsShown
    index: IndexShown
    papers: list[Hit]


class Asked(Slice):
    """What is looked for."""

    q: str = Field(
        "", max_length=10_000, description="Words and operators, as in the field of the page.",
        examples=['"scale invariant" author:heo'],
    )  # fmt: skip
    after: date | None = Field(None, description="A day: only papers of it, or later.", examples=["2020-01-01"])
    before: date | None = Field(None, description="A day: only papers of it, or earlier.")
    category: list[str] = Field([], max_length=20, description="Categories, of which any one suffices; several times.")
    code: bool = Field(default=False, description="Only papers that link to code.")
    sort: Sort = Field(Sort.RELEVANCE, description="Best first, or the good ones with the newest first.")


@router.get("/search", response=Answer)
def search(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """Search by words and by meaning. The answer says what was understood, and of each hit why it stands there."""
    admitting = Filter(
        after=asked.after,
        before=asked.before,
        categories=tuple(filter(None, asked.category)),
        has_code=True if asked.code else None,
    )
    found = verb.search(wiring.index(), asked.q, filter=admitting, sort=asked.sort, paging=asked.paging(), faceted=True)
    told = present.answer(found)
    with_own(request, [each.paper for each in found.found], told["papers"])
    answer = as_made(request, {"total": found.total, "next": following(request, found.paging, found.total)} | told)
    return lasting(answer)
