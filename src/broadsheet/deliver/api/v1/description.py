"""The API described: OpenAPI 3.1, made from its operations, and the page that people read, made from that."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from ninja.openapi.schema import OpenAPISchema

from broadsheet.deliver.api.v1 import papers
from broadsheet.deliver.api.v1.access import SCOPES
from broadsheet.deliver.api.v1.api import api
from broadsheet.deliver.api.v1.problems import KINDS, MEDIA_TYPE, Problem
from broadsheet.markdown import to_html

Json = dict[str, Any]

_WORDS = """The papers of this house, for programs. Whatever a page shows, this answers in the same words.

**Reading** needs no token, unless it is about what only an account sees. **Tokens** are made at `/settings/tokens` and
sent as `Authorization: Bearer bs_…`; each has scopes, and an operation names the one that it needs.

**Lists** have `next`, the address of the next page, also as a `Link` with `rel=next`; its cursor means nothing to you.
A list that grows in front while you read it may tell of the same thing twice, and leaves none out.

**Unchanged** answers need not be sent again: send the `ETag` that you got as `If-None-Match`, and get a 304 if it is
still good.

**Writes** may carry an `Idempotency-Key` of your own, of 1 to 128 characters: what is sent again under it within a day
is done once, and answered as it was the first time, with `Idempotent-Replayed: true`.

**Haste** is limited: `X-RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) say how far, and a 429 has `Retry-After`.

**Problems** have one shape (RFC 9457), whatever went wrong.
"""
ABOUT = "\n\n".join(" ".join(paragraph.split()) for paragraph in _WORDS.split("\n\n"))
"""What all operations have in common, in Markdown, a paragraph a line."""

KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A word of your own: what is sent again under it within a day is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}

HEADERS: Json = {
    "X-RateLimit-Limit": ("integer", "Requests a minute."),
    "X-RateLimit-Remaining": ("integer", "How many more may come now."),
    "X-RateLimit-Reset": ("integer", "In how many seconds all of them may again."),
}

PARTS = {
    "paper_id": ("Any id of the paper, or the address of its page at arXiv and the like.", "arxiv:2006.08217"),
    "day": ("A day, or `latest` for the newest that has papers.", "2026-03-17"),
    "period": ("A day, an ISO week or a month.", "2026-W12"),
    "which": ("`to-read`, `reading`, `read`, `notes` or `hidden`.", "to-read"),
    "number": ("Its number.", 3),
}
"""What the parts of addresses mean, with an example."""

WRITES = ("post", "put", "patch", "delete")


@cache
def described() -> Json:
    """The whole description."""
    told: Json = orjson.loads(orjson.dumps(OpenAPISchema(api, "api/v1/"), option=orjson.OPT_NON_STR_KEYS))
    told["info"]["description"] = ABOUT
    told["components"]["schemas"]["Problem"], faults = _problem_schema()
    told["components"]["schemas"] |= faults
    told["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of `/settings/tokens`: `bs_…`."}
    }
    told["servers"] = [{"url": "/", "description": "This house"}]
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            _complete(path, method, operation)
    return told


@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    return HttpResponse(orjson.dumps(described()), content_type="application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The description for people: every operation, what it takes, what it answers, and every problem."""
    return render(request, "web/api.html", _page())


@cache
def _page() -> Json:
    """All that the page shows."""
    told = described()
    by_tag: dict[str, list[Json]] = {papers.TAG: []}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(_shown(path, method, operation))
    shapes = [
        {"name": name, "words": _html(schema.get("description", "")), "fields": _fields(schema)}
        for name, schema in sorted(told["components"]["schemas"].items())
        if "properties" in schema
    ]
    return {
        "info": told["info"],
        "about": _html(ABOUT),
        "groups": by_tag,
        "shapes": shapes,
        "problems": _problems(),
    }


def _html(words: str) -> SafeString:
    """Our own words, which are Markdown, for the page."""
    return mark_safe(to_html(words, names=(), papers={}))  # noqa: S308 - `to_html` promises that it is safe


def _complete(path: str, method: str, operation: Json) -> None:
    """Add to an operation what all have in common: problems, headers, the key of writes, the scope."""
    scopes = [SCOPES[name] for each in operation.pop("security", []) for name in each]
    operation["security"] = [{"token": list(map(str, scopes))}] if scopes else [{}, {"token": []}]
    for each in operation["parameters"]:
        if each["in"] == "path":
            words, example = PARTS[each["name"]]
            each |= {"description": words, "example": example}
    statuses = {401, 422, 429}
    if method in WRITES:
        operation["parameters"].append(KEY)
        statuses |= {400, 403, 409, 413}
    else:
        statuses |= {304, 400} | ({403} if scopes else set())
    if "{" in path:
        statuses.add(404)
    if path.endswith("/papers"):
        statuses.add(503)
    if path.endswith(".parquet"):
        statuses.add(501)
    for each in operation["responses"].values():
        each["headers"] = _headers()
        if method == "get":
            each["headers"]["ETag"] = _header("string", "What the answer is known by.")
    for status in sorted(statuses - set(map(int, operation["responses"]))):
        operation["responses"][str(status)] = _problem(status)
    first, _, rest = operation.pop("description").partition("\n")
    operation["summary"] = first
    if rest.strip():
        operation["description"] = f"{first}\n{rest}"


def _problem(status: int) -> Json:
    if status == 304:
        return {"description": KINDS[304]}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = _headers() | ({"Retry-After": _header("integer", "Seconds to wait.")} if status == 429 else {})
    return {"description": KINDS[status], "content": content, "headers": headers}


def _headers() -> Json:
    return {name: _header(*words) for name, words in HEADERS.items()}


def _header(kind: str, words: str) -> Json:
    return {"description": words, "schema": {"type": kind}}


def _problem_schema() -> tuple[Json, Json]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return schema, schema.pop("$defs", {})


def _shown(path: str, method: str, operation: Json) -> Json:
    """An operation as the page has it."""
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "name": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "words": _html(operation.get("description") or operation["summary"]),
        "scope": next((scope for each in operation["security"] for scope in each.get("token", ())), ""),
        "parameters": [
            {
                "name": each["name"],
                "where": each["in"],
                "needed": each["required"],
                "words": _html(each.get("description", "")),
                "example": each.get("example") or next(iter(each.get("examples", ())), ""),
            }
            for each in operation["parameters"]
            if each is not KEY
        ],
        "fields": [field for content in body.values() for field in _fields(content["schema"])],
        "answers": [
            {"status": status, "fields": _answer(each)}
            for status, each in operation["responses"].items()
            if int(status) < 300
        ],
    }


def _answer(response: Json) -> list[Json]:
    return [field for content in response.get("content", {}).values() for field in _fields(content["schema"])]


def _fields(schema: Json) -> list[Json]:
    """The fields of a body, each with what it holds in words."""
    if "$ref" in schema:
        schema = described()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    needed = schema.get("required", ())
    return [
        {
            "name": name,
            "type": _type(each),
            "needed": name in needed,
            "words": _html(each.get("description", "")),
            "example": next(iter(each.get("examples", ())), ""),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _type(schema: Json) -> str:
    """What a value is, in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" if "items" in schema else "list"
    return str(schema.get("format") or schema.get("type", "anything"))


def _problems() -> list[Json]:
    return [{"status": status, "words": _html(words)} for status, words in KINDS.items() if status >= 400]
