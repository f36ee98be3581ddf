"""The views of collections: the lists of them, one with its papers, its feeds and files, and all that is done to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from math import ceil
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet import wiring
from broadsheet.community import Access, Actor, Collection, Where
from broadsheet.core import collecting, gathering, papers, shelving
from broadsheet.core.collecting import CollectionError, CollectionNotFoundError
from broadsheet.deliver import feeds, present, shelves
from broadsheet.deliver.web.acting import actor_of, signed_in, viewer_of
from broadsheet.deliver.web.context import address_of
from broadsheet.deliver.web.feeding import as_feed
from broadsheet.deliver.web.limits import limited
from broadsheet.deliver.web.views import as_cards, not_found, pages, paging_of
from broadsheet.library.collection_papers import Standing

ON_A_PAGE = 50
PATIENCE = 20.0
"""Seconds in which places are asked for pasted papers; what is left then is asked for by another press."""

REMOVED = "removed_paper"
"""What the session keeps of the paper that was removed last, so that it can be put back."""


def that_exist(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer what is private, and what is not there, with the same page; what goes wrong with a message on it."""

    @wraps(view)
    def respond(request: HttpRequest, name: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, name, *args, **kwargs)
        except CollectionNotFoundError:
            return not_found(request)
        except CollectionError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(shelves.collection_path(shelves.number_in(name)))

    return respond


@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """The reader's collections, those shared with it, and those that the house may read; and the form for a new one."""
    if request.method == "POST":
        return _make(request)
    actor = viewer_of(request)
    found = collecting.public(actor, paging_of(request, ON_A_PAGE))
    mine = [shelves.collection(each) for each in collecting.of_account(actor)] if actor else []
    context = {
        "own": [each for each in mine if each["own"]],
        "shared": [each for each in mine if not each["own"]],
        "public": [shelves.collection(each) for each in found.collections],
        "total": found.total,
        "pages": pages(request, found.paging, found.total),
        "bin": _bin(actor) if actor else [],
        "days": collecting.BIN.days,
    }
    return render(request, "web/collections.html", context)


@require_safe
@that_exist
def collection(request: HttpRequest, name: str) -> HttpResponse:
    """One collection, a page of its papers in their order."""
    actor = viewer_of(request)
    found = collecting.collection(shelves.number_in(name), actor)
    shown = shelves.collection(found)
    if shown["url"] != request.path:
        query = request.GET.urlencode()
        return HttpResponseRedirect(shown["url"] + (f"?{query}" if query else ""))
    paging = paging_of(request, ON_A_PAGE)
    kept = shelving.page(found, paging)
    cards = [shelves.kept(each) for each in kept]
    as_cards(request, [each.paper for each in kept], cards)
    secret = collecting.secret(actor, found.key) if actor and shown["own"] else ""
    context = {
        "collection": shown,
        "papers": cards,
        "pages": pages(request, paging, found.size),
        "formats": _formats(f"{shown['url']}/export"),
        "feeds": _feeds(found, secret),
        "members": collecting.members(actor, found.key) if actor and found.access != Access.VISITS else [],
        "removed": _removed(request, found, {each.place for each in kept}),
        "pasted": request.session.pop("pasted", None) if actor else None,
    }
    return render(request, "web/collection.html", context)


@require_safe
@that_exist
def feed(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """A collection as a feed; a private one for who knows its secret, or is signed in and may see it."""
    number, secret = shelves.number_in(name), request.GET.get("secret", "")
    found = collecting.opened(number, secret) if secret else collecting.collection(number, viewer_of(request))
    return as_feed(request, feeds.of_collection(found, shelving.newest(found)), form)


@require_safe
@that_exist
def export(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """A collection as a file, in its order."""
    found = collecting.collection(shelves.number_in(name), viewer_of(request))
    if form not in shelves.FORMATS:
        return not_found(request)
    text = shelves.export(shelving.every(found), found, form, address_of(request))
    path = shelves.collection_path(0, found.title)
    return as_file(text, form, path.partition("-")[2] or f"collection-{found.key}")


def as_file(text: str, form: str, name: str) -> HttpResponse:
    """A text as the file of this name, in one of the formats that lists of papers are exported as."""
    offered = shelves.FORMATS[form]
    response = HttpResponse(text, content_type=f"{offered.media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{offered.extension}"'
    return response


@require_POST
@signed_in
@limited("collection")
@that_exist
def act(request: HttpRequest, name: str, act: str) -> HttpResponse:
    """Do something to a collection, and lead to where that can be seen."""
    if act not in _ACTS:
        return not_found(request)
    return _ACTS[act](request, actor_of(request), shelves.number_in(name))


@signed_in
@limited("collection")
def _make(request: HttpRequest) -> HttpResponse:
    try:
        made = collecting.make(
            actor_of(request),
            request.POST.get("title", ""),
            request.POST.get("about", ""),
            public="public" in request.POST,
            now=datetime.now(UTC),
        )
    except CollectionError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect("/collections/")
    return _to(made)


def _describe(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    said = request.POST
    title, about, public = said.get("title", ""), said.get("about", ""), "public" in said
    collecting.change(actor, key, title=title, about=about, public=public, now=datetime.now(UTC))
    return _to(collecting.collection(key, actor))


def _unpublish(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    collecting.unpublish(actor, key, request.POST.get("reason", ""), now=datetime.now(UTC))
    messages.success(request, "The collection is private now, and its owner is told.")
    return HttpResponseRedirect("/collections/")


def _delete(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    title = collecting.collection(key, actor).title
    collecting.delete(actor, key, now=datetime.now(UTC))
    messages.success(request, f"“{title}” is in the bin, below. It can be taken back for {collecting.BIN.days} days.")
    return HttpResponseRedirect("/collections/#bin")


def _restore(_request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    return _to(collecting.restore(actor, key, now=datetime.now(UTC)))


def _destroy(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    collecting.destroy(actor, key)
    messages.success(request, "It is deleted for good.")
    return HttpResponseRedirect("/collections/")


def _add(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    """Put the papers that the pasted text names into the collection; what is left is shown with the reason."""
    until = monotonic() + PATIENCE
    done = gathering.gather(
        actor,
        key,
        request.POST.get("papers", ""),
        nod=settings.SUBMISSIONS == "nod",
        http=wiring.http(patience=PATIENCE / 2),
        in_time=lambda: monotonic() < until,
        now=datetime.now(UTC),
    )
    if done.added or done.there or not done.left:
        more = f", {done.there} {'were' if done.there != 1 else 'was'} there already" if done.there else ""
        messages.success(request, f"{done.added} paper{'s' if done.added != 1 else ''} added{more}.")
    if not done.left:
        return _to(collecting.collection(key, actor))
    # Nothing of it may be lost, and a session has no bounds that a page has not.
    request.session["pasted"] = {"left": done.left, "again": done.again}
    return _to(collecting.collection(key, actor), "#add")


def _remove(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    paper = papers.paper(request.POST.get("paper", ""))
    taken = shelving.remove(actor, key, paper, now=datetime.now(UTC))
    if taken:
        stood = taken.stood
        request.session[REMOVED] = {
            "collection": key, "paper": paper.paper_id, "title": present.paper(paper)["title"], "place": stood.place,
            "note": stood.note, "at": stood.at.isoformat(), "account": stood.account,
        }  # fmt: skip
    return _to(collecting.collection(key, actor), "#removed", place=taken.stood.place if taken else 0)


def _put_back(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    kept = request.session.get(REMOVED)
    if not kept or kept["collection"] != key:
        raise CollectionError("There is nothing to put back any more.")
    stood = Standing(kept["place"], kept["note"], datetime.fromisoformat(kept["at"]), kept["account"])
    shelving.put_back(actor, key, papers.paper(kept["paper"]), stood, now=datetime.now(UTC))
    del request.session[REMOVED]
    return _to(collecting.collection(key, actor), place=stood.place)


def _note(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    paper, place = papers.paper(request.POST.get("paper", "")), request.POST.get("place", "")
    shelving.note(actor, key, paper, request.POST.get("note", ""), now=datetime.now(UTC))
    return _to(collecting.collection(key, actor), place=shelves.number_in(place))


def _move(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    """Move a paper: `to` is a place or one of up, down, top and bottom."""
    to = request.POST.get("to", "")
    where: Where | int = shelves.number_in(to)
    if to in {Where.TOP, Where.UP, Where.DOWN, Where.BOTTOM}:
        where = Where(to)
    paper = papers.paper(request.POST.get("paper", ""))
    if where == 0:
        raise CollectionError("A place is a number from 1.")
    place = shelving.move(actor, key, paper, where, now=datetime.now(UTC))
    return _to(collecting.collection(key, actor), place=place)


def _share(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    name, edits = request.POST.get("name", ""), request.POST.get("edits") == "1"
    collecting.share(actor, key, name, edits=edits, now=datetime.now(UTC))
    messages.success(request, f"{name.strip()} may {'edit' if edits else 'read'} this collection.")
    return _to(collecting.collection(key, actor), "#share")


def _unshare(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    account = shelves.number_in(request.POST.get("account", ""))
    collecting.unshare(actor, key, account)
    if account == actor.key:
        messages.success(request, "You have no part in that collection any more.")
        return HttpResponseRedirect("/collections/")
    return _to(collecting.collection(key, actor), "#share")


def _renew(request: HttpRequest, actor: Actor, key: int) -> HttpResponse:
    collecting.renew_secret(actor, key)
    messages.success(request, "The feeds have a new private address. The old one leads nowhere.")
    return _to(collecting.collection(key, actor), "#feeds")


_ACTS: dict[str, Callable[[HttpRequest, Actor, int], HttpResponse]] = {
    "describe": _describe, "unpublish": _unpublish, "delete": _delete, "restore": _restore, "destroy": _destroy,
    "add": _add, "remove": _remove, "put-back": _put_back, "note": _note, "move": _move, "share": _share,
    "unshare": _unshare, "renew": _renew,
}  # fmt: skip
"""What can be done to a collection, by the last part of its address."""


def _to(found: Collection, fragment: str = "", *, place: int = 0) -> HttpResponse:
    """Lead to a collection, to the page where this place is."""
    path = shelves.collection_path(found.key, found.title)
    if place > 0:
        page = ceil(place / ON_A_PAGE)
        path += f"?page={page}" if page > 1 else ""
        fragment = fragment or f"#place-{place}"
    return HttpResponseRedirect(path + fragment)


def _formats(path: str) -> list[dict[str, str]]:
    return [{"label": form.label, "url": f"{path}/{name}"} for name, form in shelves.FORMATS.items()]


def _feeds(found: Collection, secret: str) -> list[dict[str, str]]:
    """The addresses of the feeds that the reader may give to a program; none of a private one that is not its own."""
    if not found.public and not secret:
        return []
    path, query = shelves.collection_path(found.key, found.title), "" if found.public else f"?secret={secret}"
    return [
        {"label": "Atom", "type": "application/atom+xml", "url": f"{path}/feed.atom{query}"},
        {"label": "JSON Feed", "type": "application/feed+json", "url": f"{path}/feed.json{query}"},
    ]


def _bin(actor: Actor) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    return [
        {**shelves.collection(each), "days": max((each.deleted_at + collecting.BIN - now).days, 0)}
        for each in collecting.in_bin(actor)
        if each.deleted_at
    ]


def _removed(request: HttpRequest, found: Collection, places: set[int]) -> dict[str, Any] | None:
    """The paper that the reader removed last from this collection, and whether it stood between those of the page."""
    kept = request.session.get(REMOVED) if request.user.is_authenticated else None
    if not kept or kept["collection"] != found.key or found.access is None or found.access < Access.EDITS:
        return None
    return {**kept, "within": kept["place"] in places}
