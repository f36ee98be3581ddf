"""A client of the API of any Broadsheet: one method for each operation, and nothing between you and its answer.

    house = Broadsheet("https://papers.example.org", token="bs_…")
    for hit in house.every(house.search("graph transformers", after="2024-01-01"), "papers"):
        print(hit["title"], hit["reason"])

Answers are the API's own, as `/api/v1/docs` describes them; methods have the names that operations have there. It needs
no Django and no library of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode
from uuid import uuid4

import urllib3

from broadsheet import __version__
from broadsheet.errors import BroadsheetError

Answer: TypeAlias = dict[str, Any]

V1 = "/api/v1"
PATIENCE = urllib3.Timeout(connect=10, read=60)
AGAIN = urllib3.Retry(
    total=4, read=2, backoff_factor=0.5, status_forcelist=(429, 503), allowed_methods=None, raise_on_status=False
)
"""What failed on the way is sent again, writes too: each has a key by which the house knows it for the same."""


class ApiError(BroadsheetError):
    """The house says no; `status` is that of HTTP, `problem` all that it says (RFC 9457)."""

    def __init__(self, status: int, problem: Answer) -> None:
        self.status, self.problem = status, problem
        super().__init__(str(problem.get("detail") or problem.get("title") or f"The answer is {status}."))


class UnreachableError(BroadsheetError):
    """The house cannot be reached, or is none."""


class Broadsheet:
    """A house at an address, asked with a token, or as a stranger without one."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address = address.rstrip("/")
        self._pool = urllib3.PoolManager(timeout=PATIENCE, retries=AGAIN)
        self._headers = {"User-Agent": f"broadsheet-client/{__version__}", "Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def every(self, first: Answer, name: str) -> Iterator[Answer]:
        """All things of a list, from its first page on: `every(house.papers(), "papers")`."""
        page: Answer | None = first
        while page:
            yield from page[name]
            page = self._asked("GET", page["next"]) if page["next"] else None

    # Papers and lists of them. `limit` is at most 100.

    def papers(
        self, *, category: str = "", venue: str = "", author: str = "", limit: int = 20, cursor: str = ""
    ) -> Answer:
        """Papers, newest first: of all days, or of a category, a venue, an author."""
        return self._get("/papers", category=category, venue=venue, author=author, limit=limit, cursor=cursor)

    def paper(self, paper_id: str) -> Answer:
        """One paper, by any of its ids."""
        return self._get(_paper(paper_id))

    def similar(self, paper_id: str) -> Answer:
        """The papers that are nearest to one in meaning."""
        return self._get(f"{_paper(paper_id)}/similar")

    def search(
        self,
        q: str = "",
        *,
        after: str = "",
        before: str = "",
        category: Sequence[str] = (),
        code: bool = False,
        sort: str = "relevance",
        limit: int = 20,
        cursor: str = "",
    ) -> Answer:
        """What the library has on this, with reasons; days are `2024-03-01`, `sort` is `relevance` or `date`."""
        return self._get(
            "/search", q=q, after=after, before=before, category=list(category), code="true" if code else "", sort=sort,
            limit=limit, cursor=cursor,
        )  # fmt: skip

    def front_page(self, day: str = "latest", *, limit: int = 20, cursor: str = "") -> Answer:
        """The front page of a day, or of the newest that has papers."""
        return self._get(f"/front-pages/{_part(day)}", limit=limit, cursor=cursor)

    def listing(self, period: str, *, limit: int = 20, cursor: str = "") -> Answer:
        """The papers of a day, an ISO week or a month: `2026-03-17`, `2026-W12`, `2026-03`."""
        return self._get(f"/listings/{_part(period)}", limit=limit, cursor=cursor)

    def trending(self, *, limit: int = 20, cursor: str = "") -> Answer:
        """The papers that rise, with all numbers."""
        return self._get("/trending", limit=limit, cursor=cursor)

    def top(self, period: str, *, limit: int = 20, cursor: str = "") -> Answer:
        """What gained most upvotes in a day, an ISO week or a month."""
        return self._get(f"/top/{_part(period)}", limit=limit, cursor=cursor)

    # Votes and marks.

    def upvote(self, paper_id: str) -> Answer:
        """Give a paper the account's vote."""
        return self._send("PUT", f"{_paper(paper_id)}/vote")

    def withdraw_vote(self, paper_id: str) -> Answer:
        """Take it back."""
        return self._send("DELETE", f"{_paper(paper_id)}/vote")

    def marks_of_paper(self, paper_id: str) -> Answer:
        """What the account keeps of a paper."""
        return self._get(f"{_paper(paper_id)}/marks")

    def mark_paper(
        self, paper_id: str, *, state: str | None = None, hidden: bool | None = None, note: str | None = None
    ) -> Answer:
        """Keep a state, a hiding or a note; what is None stays, what is empty is taken away."""
        return self._send("PATCH", f"{_paper(paper_id)}/marks", state=state, hidden=hidden, note=note)

    def reading_list(self, which: str, *, limit: int = 20, cursor: str = "") -> Answer:
        """The papers marked `to-read`, `reading` or `read`, those with `notes`, those `hidden`."""
        return self._get(f"/reading/{_part(which)}", limit=limit, cursor=cursor)

    # Comments.

    def comments_of_paper(self, paper_id: str) -> Answer:
        """All that was said of a paper."""
        return self._get(f"{_paper(paper_id)}/comments")

    def latest_comments(self, *, limit: int = 20, cursor: str = "") -> Answer:
        """What was said last, over all papers."""
        return self._get("/comments", limit=limit, cursor=cursor)

    def comment(self, paper_id: str, text: str, *, in_reply_to: int | None = None) -> Answer:
        """Say something of a paper, in Markdown."""
        return self._send("POST", f"{_paper(paper_id)}/comments", text=text, in_reply_to=in_reply_to)

    def edit_comment(self, number: int, text: str) -> Answer:
        """Let a comment of the account say something else."""
        return self._send("PATCH", f"/comments/{number}", text=text)

    def take_back_comment(self, number: int) -> Answer:
        """Erase a comment of the account."""
        return self._send("DELETE", f"/comments/{number}")

    # Collections.

    def collections(self, of: str = "all", *, limit: int = 20, cursor: str = "") -> Answer:
        """The public collections, or those of the `account`."""
        return self._get("/collections", of=of, limit=limit, cursor=cursor)

    def collection(self, number: int) -> Answer:
        """A collection, without its papers."""
        return self._get(f"/collections/{number}")

    def papers_of_collection(self, number: int, *, limit: int = 20, cursor: str = "") -> Answer:
        """The papers of a collection, in their order."""
        return self._get(f"/collections/{number}/papers", limit=limit, cursor=cursor)

    def make_collection(self, title: str, about: str = "", *, public: bool = False) -> Answer:
        """Make a collection; private, unless told otherwise."""
        return self._send("POST", "/collections", title=title, about=about, public=public)

    def change_collection(
        self, number: int, *, title: str | None = None, about: str | None = None, public: bool | None = None
    ) -> Answer:
        """Describe a collection, publish it, make it private; what is None stays."""
        return self._send("PATCH", f"/collections/{number}", title=title, about=about, public=public)

    def delete_collection(self, number: int) -> None:
        """Put a collection into the bin."""
        self._send("DELETE", f"/collections/{number}")

    def add_to_collection(self, number: int, paper_id: str) -> Answer:
        """Put a paper behind the last one of a collection."""
        return self._send("PUT", f"/collections/{number}{_paper(paper_id)}")

    def change_in_collection(
        self, number: int, paper_id: str, *, note: str | None = None, place: int | None = None
    ) -> None:
        """Write the note beside a paper, or move it to a place from 1."""
        self._send("PATCH", f"/collections/{number}{_paper(paper_id)}", note=note, place=place)

    def remove_from_collection(self, number: int, paper_id: str) -> Answer:
        """Take a paper out of a collection."""
        return self._send("DELETE", f"/collections/{number}{_paper(paper_id)}")

    # Submissions, saved searches, subscriptions, the account.

    def submit(self, paper: str, why: str = "") -> Answer:
        """Put a paper forward, by its id, address, DOI or title."""
        return self._send("POST", "/submissions", paper=paper, why=why)

    def submissions(self, *, limit: int = 20, cursor: str = "") -> Answer:
        """What the account put forward, and what became of it."""
        return self._get("/submissions", limit=limit, cursor=cursor)

    def withdraw_submission(self, number: int) -> None:
        """Take back a submission that waits."""
        self._send("DELETE", f"/submissions/{number}")

    def follows(self) -> Answer:
        """The account's saved searches, and the authors and categories that it follows."""
        return self._get("/follows")

    def follow(self, kind: str, value: str) -> Answer:
        """Save a `search`, or follow an `author` or a `category`."""
        return self._send("PUT", "/follows", kind=kind, value=value)

    def unfollow(self, kind: str, value: str) -> None:
        """Take that back."""
        self._send("DELETE", f"/follows?{urlencode({'kind': kind, 'value': value})}")

    def subscriptions(self) -> Answer:
        """All that is delivered to the account."""
        return self._get("/subscriptions")

    def subscribe(
        self, kind: str, value: str = "", *, every: str = "day", weekday: int = 0, hour: int = 7, zone: str = ""
    ) -> Answer:
        """Deliver something to the account, each `day`, `week` or `month`."""
        return self._send(
            "POST", "/subscriptions", kind=kind, value=value, every=every, weekday=weekday, hour=hour, zone=zone
        )

    def change_subscription(
        self,
        number: int,
        *,
        every: str | None = None,
        weekday: int | None = None,
        hour: int | None = None,
        paused: bool | None = None,
    ) -> Answer:
        """Deliver one at other times, pause it, or let it go on; what is None stays."""
        return self._send("PATCH", f"/subscriptions/{number}", every=every, weekday=weekday, hour=hour, paused=paused)

    def end_subscription(self, number: int) -> None:
        """Deliver nothing of one ever again."""
        self._send("DELETE", f"/subscriptions/{number}")

    def me(self) -> Answer:
        """Whose token this is, and what it may do."""
        return self._get("/me")

    # The whole library.

    def export_lines(self, after: int = 0) -> Iterator[Answer]:
        """All papers that changed after this number, each with its `change`, as they come."""
        rest = b""
        for piece in self._stream(f"/export/papers.jsonl?after={after}"):
            *lines, rest = (rest + piece).split(b"\n")
            yield from map(json.loads, lines)

    def export_parquet(self, after: int = 0) -> Iterator[bytes]:
        """The same as the bytes of a Parquet file, in pieces."""
        return self._stream(f"/export/papers.parquet?after={after}")

    def _get(self, path: str, **query: Any) -> Answer:
        asked = urlencode({name: value for name, value in query.items() if value not in ("", [])}, doseq=True)
        return self._asked("GET", f"{V1}{path}" + (f"?{asked}" if asked else ""))

    def _send(self, method: str, path: str, **said: Any) -> Answer:
        """Write something; what is None is left out."""
        body = {name: value for name, value in said.items() if value is not None}
        return self._asked(method, f"{V1}{path}", body=json.dumps(body).encode() if said else None)

    def _asked(self, method: str, path: str, body: bytes | None = None) -> Answer:
        response = self._request(method, path, body=body)
        return json.loads(response.data) if response.data else {}

    def _stream(self, path: str) -> Iterator[bytes]:
        response = self._request("GET", f"{V1}{path}", preload_content=False)
        try:
            yield from response.stream(1 << 16)
        finally:
            response.release_conn()

    def _request(self, method: str, path: str, *, body: bytes | None = None, preload_content: bool = True) -> Any:
        """The answer, if it is one; ApiError if the house says no, UnreachableError if it says nothing."""
        headers = dict(self._headers)
        if method != "GET":
            headers["Idempotency-Key"] = uuid4().hex
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = self._pool.request(
                method, self.address + path, body=body, headers=headers, preload_content=preload_content
            )
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(f"{self.address} cannot be reached: {error}. Is the service up?") from error
        if response.status >= 400:
            raise ApiError(response.status, _problem(response.data, self.address))
        return response


def _paper(paper_id: str) -> str:
    return f"/papers/{quote(paper_id, safe=':/()')}"


def _part(text: str) -> str:
    return quote(text, safe="")


def _problem(body: bytes, address: str) -> Answer:
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        raise UnreachableError(f"What answers at {address} is no Broadsheet of version {__version__}.")
    return problem
