"""Who may open which address: every one of them, tried as a stranger, reader, contributor, editor, administrator."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from builders import a_record
from django.test import Client
from django.urls import URLPattern, URLResolver

from broadsheet.community import Role
from broadsheet.library import models

pytestmark = pytest.mark.django_db

OPEN = "200 200 200 200 200"
READERS = "302 200 200 200 200"
EDITORS = "302 403 403 200 200"
LEADS = "302 302 302 302 302"
POSTED = "405 405 405 405 405"
NOBODY = "404 404 404 404 404"
GONE = "410 410 410 410 410"

DOORS = {
    "": OPEN, "day/": LEADS, "day/2026-03-17": OPEN, "week/2026-W12": OPEN, "month/2026-03": OPEN, "trending": OPEN,
    "trending/2026-03-17": NOBODY, "top/week/2026-W12": OPEN, "top/month/2026-03": OPEN, "ranking": OPEN,
    "search": OPEN, "suggest": OPEN, "papers/arxiv:2603.00001.md": OPEN, "papers/arxiv:2603.00001": OPEN,
    "papers/arxiv:2603.00001/card.png": OPEN, "cite/bibtex/arxiv:2603.00001": OPEN, "categories/": OPEN, "categories/cs.LG": OPEN, "venues/": OPEN,
    "venues/Stones": OPEN, "authors/Ada": OPEN, "sources": OPEN, "completeness": OPEN, "completeness/cs.LG": NOBODY,
    "completeness/cs.LG/2026-03-17": NOBODY, "submit": READERS, "submissions": EDITORS, "submissions/mine": READERS,
    "submissions/1/accept": POSTED, "upvote/arxiv:2603.00001": POSTED, "discuss/papers/arxiv:2603.00001": READERS,
    "lock/papers/arxiv:2603.00001": EDITORS, "discussions": OPEN, "comments/1": NOBODY, "comments/1/history": NOBODY,
    "comments/1/reply": "302 404 404 404 404", "comments/1/edit": "302 404 404 404 404",
    "comments/1/take-back": "302 404 404 404 404", "comments/1/remove": "302 403 403 404 404",
    "comments/1/restore": "302 403 403 404 404", "comments/1/lock": "302 404 404 404 404",
    "flag/comments/1": "302 404 404 404 404", "flag/papers/arxiv:2603.00001": READERS, "flags": EDITORS,
    "flags/comments/1": POSTED, "flags/papers/arxiv:2603.00001": POSTED, "notifications": READERS,
    "notifications/read": POSTED, "notifications/mail": POSTED, "notifications/1": POSTED, "mail/off/x": NOBODY,
    "decisions": OPEN, "decisions/1/undo": POSTED, "put-right/arxiv:2603.00001": EDITORS, "api/daily_papers": OPEN,
    "api/papers": OPEN, "api/papers/search": OPEN, "api/papers/arxiv:2603.00001": OPEN,
    "api/arxiv/arxiv:2603.00001/repos": OPEN, "api/v1/docs": OPEN, "api/v1/openapi.json": OPEN, "save/arxiv:2603.00001": READERS, "reading": READERS,
    "reading/export/read/bibtex": READERS, "collections/": OPEN, "collections/1": NOBODY,
    "collections/1/feed.atom": NOBODY, "collections/1/export/bibtex": NOBODY, "collections/1/delete": POSTED,
    "claim/arxiv:2603.00001": READERS, "claims": EDITORS, "claims/1/confirm": POSTED, "people/nobody": NOBODY,
    "settings": READERS, "settings/sessions": READERS, "settings/tokens": READERS, "settings/export": READERS, "settings/delete": READERS,
    "settings/invitations": EDITORS, "invitation/x": NOBODY, "for-you": OPEN, "for-you/profile": READERS,
    "for-you/say": POSTED, "for-you/anew": POSTED, "for-you/library": POSTED, "for-you/opened": POSTED,
    "for-you/less/arxiv:2603.00001": POSTED, "for-you/forget/arxiv:2603.00001": POSTED, "follow": POSTED,
    "feeds/trending.atom": OPEN, "subscribe": OPEN, "subscribe/address": POSTED, "subscribe/preview": OPEN,
    "subscriptions/": "302 302 302 302 302", "subscriptions/x": GONE, "subscriptions/confirm/x": GONE,
    "unsubscribe/x": GONE, "digests/x/": GONE, "digests/x/feed.atom": GONE, "digests/x/1": GONE,
    "digests/x/1/mail": GONE, "mail/bounces/x": POSTED, "health": OPEN, "robots.txt": OPEN, "oai": OPEN,
    "sitemap.xml": OPEN, "sitemap/pages.xml": OPEN, "sitemap/0.xml": OPEN, "llms.txt": OPEN, "favicon.ico": "301 301 301 301 301",
    "manifest.webmanifest": OPEN,
}  # fmt: skip
"""What each address answers to reading it, role by role."""

ELSEWHERE = {"accounts/", "admin/", "api/v1/"}
"""Django's and allauth's own, and what opens by tokens: they have tests of their own."""


def patterns() -> Iterator[str]:
    from broadsheet.deliver.web.urls import urlpatterns

    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern | URLResolver)
        yield str(pattern.pattern)


def fits(pattern: str, path: str) -> bool:
    expression = re.sub(r"<(?:(\w+):)?\w+>", lambda m: r"\d+" if m[1] == "int" else ".+" if m[1] else "[^/]+", pattern)
    return re.fullmatch(expression.replace(".", r"\.").replace(r"\.+", ".+"), path) is not None


def browsers() -> list[Client]:
    found = [Client(headers={"host": "localhost"})]
    for role in Role:
        row = models.Account.objects.create(username=f"the {role}", role=role)
        client = Client(headers={"host": "localhost"})
        client.force_login(row)
        found.append(client)
    return found


def test_every_address_stands_in_the_table() -> None:
    assert [each for each in patterns() if each not in ELSEWHERE and not any(fits(each, path) for path in DOORS)] == []


def test_every_address_opens_to_whom_it_should_and_to_nobody_else(library: Callable[..., None]) -> None:
    library(
        a_record(
            "A stone", ids=("arxiv:2603.00001",), featured=date(2026, 3, 17), categories=("cs.LG",), venue="Stones",
            authors=("Ada",),
        )
    )  # fmt: skip
    visitors = browsers()
    answered = {path: " ".join(str(client.get(f"/{path}").status_code) for client in visitors) for path in DOORS}
    wrong = [f"{path}: {said}, not {DOORS[path]}" for path, said in answered.items() if said != DOORS[path]]
    assert "\n".join(wrong) == ""


def test_nothing_is_changed_by_whoever_sends_no_token(library: Callable[..., None]) -> None:
    row = models.Account.objects.create(username="ada", role=Role.ADMINISTRATOR)
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    strict.force_login(row)
    free = {
        "subscribe/address",
        "mail/bounces/x",
        "unsubscribe/x",
        "mail/off/x",
        "oai",
    }  # they act for nobody who is signed in
    answered = {path: strict.post(f"/{path}").status_code for path in DOORS if path not in free}
    assert {path: status for path, status in answered.items() if status not in {403, 405}} == {}
