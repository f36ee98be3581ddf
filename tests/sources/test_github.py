"""Promises about repositories that GitHub does not show: one of them hides none of the others."""

from datetime import UTC, datetime
from typing import Any

import pytest
from answering import Answering

from broadsheet.errors import FetchError
from broadsheet.sources.github import MOST_REFUSED, GitHub, repository_name
from broadsheet.sources.http import Validators

KNOWN = {f"ada/{number}": Validators(etag=f'"{number}"') for number in range(9)}


def a_host(*blocked: str) -> Any:
    def speak(url: str, _asked: Any) -> Any:
        name = url.rpartition("/repos/")[2]
        return 403 if name in blocked else {"full_name": name, "stargazers_count": 7}

    return speak


def test_of_a_repository_that_is_blocked_nothing_new_is_told_and_the_others_are_described() -> None:
    found = list(GitHub().repositories(Answering(a_host("ada/2", "ada/3")), KNOWN))
    assert [name for name, _, _ in found] == list(KNOWN)
    assert [name for name, repository, _ in found if repository is None] == ["ada/2", "ada/3"]
    assert found[2][2] == KNOWN["ada/2"]


def test_a_host_that_refuses_us_is_not_asked_on() -> None:
    http = Answering(a_host(*KNOWN))
    with pytest.raises(FetchError, match="403"):
        list(GitHub().repositories(http, KNOWN))
    assert len(http.asked) == MOST_REFUSED


def test_a_limit_that_is_used_up_ends_the_fetch_with_the_moment_to_come_back() -> None:
    later = datetime(2026, 3, 20, 9, tzinfo=UTC)

    class Spent(Answering):
        def get(self, url: str, *_args: Any, **_options: Any) -> Any:
            raise FetchError(url, "the host answers 403", status=403, retry_at=later)

    with pytest.raises(FetchError) as caught:
        list(GitHub().repositories(Spent(lambda _u, _a: None), KNOWN))
    assert caught.value.retry_at == later


@pytest.mark.parametrize(
    "path", ["stars/ada", "user-attachments/assets", "sponsors/ada", "topics/light", "readme/guides", "search/advanced"]
)
def test_pages_of_the_host_itself_are_no_repositories(path: str) -> None:
    assert repository_name(f"https://github.com/{path}") is None
