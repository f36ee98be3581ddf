"""What a paper's page tells programs: the tags of Zotero and Google Scholar, Open Graph, schema.org, and a picture."""

from __future__ import annotations

from typing import Any

import orjson

from broadsheet.deliver import present
from broadsheet.deliver.card import SIZE, Card
from broadsheet.deliver.cite import family_and_given, in_proceedings
from broadsheet.text import first_lines

Tags = list[tuple[str, str]]

SHORT = 200
"""Characters of a description, which others show below a link."""

HEADLINE = 110
"""Characters of a headline, says who shows them."""


def card_path(paper: present.Shown) -> str:
    """The site path of the picture of a paper."""
    return f"{paper['url']}/card.png"


def card(paper: present.Shown, house: str) -> Card:
    """What is on the picture of a paper."""
    return Card(
        house=house,
        title=paper["title"],
        instead=paper["id"],
        authors=tuple(paper["authors"]),
        date=paper["date"],
        kicker=" · ".join(paper["categories"][:6]),
        foot=" · ".join(filter(None, (paper["id"], paper["venue"]))),
    )


def citation(paper: present.Shown, house: str) -> Tags:
    """The tags that Google Scholar and Zotero read, as (name, content); `house` is the site's address.

    Zotero takes `DC.type` before anything else, and for what was not printed knows `preprint`.
    """
    proceedings = in_proceedings(paper["venue"])
    named = _named(paper)
    tags = [
        ("citation_title", paper["title"]),
        *(("citation_author", _author(name)) for name in paper["authors"]),
        ("citation_publication_date", paper["published"].replace("-", "/")),
        ("citation_online_date", paper["published"].replace("-", "/") if len(paper["published"]) > 4 else ""),
        ("citation_conference_title" if proceedings else "citation_journal_title", paper["venue"]),
        ("citation_publisher", "arXiv" if "arxiv" in named and not paper["venue"] else ""),
        ("DC.type", "" if paper["venue"] else "preprint"),
        ("citation_arxiv_id", named.get("arxiv", "")),
        ("citation_doi", named.get("doi", "")),
        ("citation_keywords", "; ".join(paper["categories"])),
        ("citation_abstract", paper["abstract"]),
        ("citation_pdf_url", _pdf(paper)),
        ("citation_abstract_html_url", house + paper["url"]),
    ]
    return [(name, content) for name, content in tags if content]


def open_graph(paper: present.Shown, house: str) -> Tags:
    """What sites show beside a link, as (property, content); `house` is the site's address.

    The site's name is left out: Zotero would take it for the journal.
    """
    width, height = SIZE
    tags = [
        ("og:type", "article"),
        ("og:title", paper["title"]),
        ("og:description", summary(paper)),
        ("og:url", house + paper["url"]),
        ("og:image", house + card_path(paper)),
        ("og:image:type", "image/png"),
        ("og:image:width", str(width)),
        ("og:image:height", str(height)),
        ("og:image:alt", first_lines(f"{paper['title']}. {present.in_short(paper['authors'])}", 400)),
        ("article:published_time", paper["published"] if len(paper["published"]) > 4 else ""),
        *(("article:tag", name) for name in paper["categories"]),
    ]
    return [(name, content) for name, content in tags if content]


def summary(paper: present.Shown) -> str:
    """The first lines of the abstract, or of our note while there is none."""
    return first_lines(paper["abstract"] or paper["note"], SHORT)


def linked_data(paper: present.Shown, house: str) -> str:
    """The paper in the words of schema.org, as JSON that cannot end the element it stands in."""
    named = _named(paper)
    own = [link["url"] for link in paper["links"] if link["kind"] == "paper" and link["label"] != "PDF"]
    address, pdf = house + paper["url"], _pdf(paper)
    told = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": address,
        "url": address,
        "headline": first_lines(paper["title"], HEADLINE),
        "name": paper["title"],
        "author": [_person(name) for name in paper["authors"]],
        "datePublished": paper["published"],
        "dateModified": paper["updated"],
        "abstract": paper["abstract"],
        "keywords": paper["categories"],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": scheme, "value": name} for scheme, name in named.items()
        ],
        "sameAs": own,
        "isPartOf": paper["venue"] and {"@type": "Periodical", "name": paper["venue"]},
        "encoding": pdf and {"@type": "MediaObject", "encodingFormat": "application/pdf", "contentUrl": pdf},
        "creativeWorkStatus": "Withdrawn" if paper["withdrawn"] else "",
        "image": house + card_path(paper),
    }
    text = orjson.dumps({name: value for name, value in told.items() if value}).decode()
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _person(name: str) -> dict[str, Any]:
    family, given = family_and_given(name)
    person = {"@type": "Person", "name": f"{given} {family}".strip(), "familyName": family, "givenName": given}
    return person if given else {"@type": "Person", "name": family}


def _author(name: str) -> str:
    """A name as Zotero reads it: it takes a comma between several words on both sides for one between two people."""
    family, given = family_and_given(name.replace(";", " "))
    if "," in name and not (" " in family and " " in given):
        return f"{family}, {given}"
    return f"{given} {family}".strip()


def _named(paper: present.Shown) -> dict[str, str]:
    """The name of the paper under each scheme, the strongest id of each."""
    ids = [one.partition(":")[::2] for one in (paper["id"], *paper["aliases"])]
    return dict(reversed([pair for pair in ids if pair[0] != "page"]))


def _pdf(paper: present.Shown) -> str:
    return next((str(link["url"]) for link in paper["links"] if link["label"] == "PDF"), "")
