"""GitHub: stars and the last push of repositories that papers link to. No papers come from here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from broadsheet.errors import FetchError, UnreadableError
from broadsheet.incoming import Repository
from broadsheet.sources.http import Http, Validators
from broadsheet.sources.kinds import Kind, Options
from broadsheet.types import Json

URL = "https://api.github.com"
PACE, PACE_WITH_TOKEN = 2.0, 0.8
"""Seconds between two requests: GitHub allows 60 an hour, 5,000 with a token, and says when they are used up."""

MOST_REFUSED = 3
"""Repositories in a row that may be refused before it is we who are: GitHub answers 403 for one that it blocked."""

_NOT_OWNERS = frozenset(
    ("about", "account", "advisories", "apps", "codespaces", "collections", "contact", "copilot", "customer-stories",
     "dashboard", "discussions", "education", "enterprise", "events", "explore", "features", "issues", "join", "login",
     "marketplace", "models", "new", "notifications", "organizations", "orgs", "pricing", "pulls", "readme",
     "resources", "search", "security", "sessions", "settings", "signup", "site", "solutions", "sponsors", "stars",
     "team", "topics", "trending", "user-attachments", "users", "watching")
)  # fmt: skip
_OWNER, _NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})"), re.compile(r"[A-Za-z0-9_.-]{1,100}")


def repository_name(url: str) -> str | None:
    """`owner/name` of the repository that an address of github.com leads into; None if it leads to none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if (parts.hostname or "").lower().removeprefix("www.") != "github.com":
        return None
    owner, _, rest = parts.path.strip("/").partition("/")
    name = rest.partition("/")[0].removesuffix(".git").rstrip(".")
    if owner.lower() in _NOT_OWNERS or not _OWNER.fullmatch(owner) or not _NAME.fullmatch(name):
        return None
    return f"{owner}/{name}"


@dataclass(frozen=True, slots=True)
class GitHub:
    """The host of repositories, asked with a token if there is one."""

    url: str = URL
    token: str = ""

    def repositories(
        self, http: Http, known: Mapping[str, Validators]
    ) -> Iterator[tuple[str, Repository | None, Validators]]:
        """Each of these repositories as it is now, None if it has not changed, with the validators for next time.

        One that is gone, or was taken down, is told as gone; one that was renamed has its new name; of one that we may
        not see nothing new is told. Raises FetchError, with the moment to come back when the limit is used up.
        """
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        pace, refused = PACE_WITH_TOKEN if self.token else PACE, 0
        for name, validators in known.items():
            try:
                answer = http.get(f"{self.url}/repos/{name}", pace=pace, headers=headers, unless=validators)
            except FetchError as error:
                if error.status in {404, 410, 451}:
                    refused = 0
                    yield name, Repository(name=name, gone=True), Validators()
                    continue
                refused += 1
                if error.status != 403 or error.retry_at or refused >= MOST_REFUSED:
                    raise
                yield name, None, validators
                continue
            refused = 0
            if answer.unchanged:
                yield name, None, answer.validators
            else:
                yield name, _repository(answer.json(), answer.url), answer.validators


def _repository(found: Json, url: str) -> Repository:
    if not isinstance(found, dict) or not isinstance(found.get("full_name"), str):
        raise UnreadableError(url, "the answer describes no repository")
    stars, pushed = found.get("stargazers_count"), found.get("pushed_at")
    try:
        pushed_at = datetime.fromisoformat(pushed) if isinstance(pushed, str) else None
    except ValueError:
        pushed_at = None
    return Repository(
        name=found["full_name"],
        stars=stars if isinstance(stars, int) else 0,
        pushed_at=pushed_at,
        archived=bool(found.get("archived")),
    )


def make(options: Options) -> GitHub:
    """The host that these options mean."""
    return GitHub(options.value("url", URL).rstrip("/"), options.value("token"))


KIND = Kind(
    name="github",
    about="Stars and last push of the repositories that papers link to: whether their code lives.",
    values={"token": "an access token: 5,000 repositories an hour instead of 60", "url": "another address of the API"},
    example="github",
    every=timedelta(hours=24),
    make=make,
)
