"""Promises to clients of the Hugging Face papers API: theirs works here by changing one address."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import a_record, shared_data
from django.test import Client
from huggingface_hub import HfApi
from huggingface_hub.errors import BadRequestError, HfHubHTTPError
from running import a_service, environment

from broadsheet.core import imports, papers

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
STONES: list[dict[str, Any]] = [
    {
        "title": "A stone that rolls", "id": "2603.00001", "authors": ["Ada Lovelace", "Bo Writer"],
        "abstract": "It rolls downhill.", "published": "2026-03-12", "featured": "2026-03-17", "categories": ["cs.LG"],
    },
    {"title": "A lamp", "id": "doi:10.1000/lamp", "featured": "2026-03-16"},
    {"title": "A stone that stays", "id": "2603.00002", "featured": "2026-02-20"},
]  # fmt: skip


@pytest.mark.django_db
class TestTheRealAnswers:
    @pytest.fixture
    def days(self, tmp_path: Path) -> dict[str, list[Any]]:
        """Every fortieth real day, imported, as it was answered."""
        with zipfile.ZipFile(shared_data("hf-daily.zip")) as archive:
            names = sorted(archive.namelist())[::40]
            days = {name[:10]: json.loads(archive.read(name)) for name in names}
        for day, entries in days.items():
            path = tmp_path / f"{day}.json"
            path.write_text(json.dumps(entries))
            imports.import_file(str(path), now=NOW)
        return {day: entries for day, entries in days.items() if isinstance(entries, list)}

    def test_a_day_that_was_imported_is_answered_with_the_same_papers_and_the_same_values(
        self, client: Client, days: dict[str, list[Any]]
    ) -> None:
        compared = 0
        for day, entries in days.items():
            theirs = {entry["paper"]["id"]: entry for entry in entries if isinstance(entry, dict)}
            answer = client.get(f"/api/daily_papers?date={day}&limit=100")
            ours = {entry["paper"]["id"]: entry for entry in answer.json()}
            assert set(ours) >= {paper_id for paper_id in theirs if str(papers.paper(paper_id).featured) == day}, day
            for paper_id in set(ours) & set(theirs):
                compared += sum(1 for _ in differences(ours[paper_id], theirs[paper_id]))
                told = [each for each in differences(ours[paper_id], theirs[paper_id]) if each[1] != each[2]]
                assert not told, (day, paper_id)
        assert compared > 3000


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every field that both have, with both values; white space in texts, and hidden authors, do not matter."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in set(ours) & set(theirs) - {"isAuthorParticipating"}:
            yield from differences(ours[name], theirs[name], f"{path}.{name}")
    elif path.endswith(".authors"):
        yield path, [each["name"] for each in ours], [each["name"] for each in theirs if not each["hidden"]]
    elif isinstance(ours, str) and isinstance(theirs, str):
        yield path, " ".join(ours.split()), " ".join(theirs.split())
    else:
        yield path, ours, theirs


VOTE = """
import django; django.setup()
from datetime import UTC, datetime
from broadsheet import wiring
from broadsheet.core import accounts, papers, submitting, voting, weighing
from broadsheet.library import accounts as library, models
from broadsheet.sources.http import Http
accounts.make("ada", "a long way to the stones")
row, now = models.Account.objects.get(), datetime(2026, 3, 17, 8, tzinfo=UTC)
formula = wiring.formula()
voting.upvote(row.pk, papers.paper("2603.00002"), now=now)
weighing.take_in(formula)
actor = library.actor(row, now)
submitting.submit("2603.00002", "Heavy.", actor=actor, nod=False, http=Http(), formula=formula, now=now)
"""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HfApi]:
    """Their client, at a service of ours with three papers, one of them put forward and voted for here."""
    folder = tmp_path_factory.mktemp("service")
    stones = folder / "stones.jsonl"
    stones.write_text("\n".join(map(json.dumps, STONES)))
    told = environment(folder)
    for command in (["-m", "broadsheet", "import", str(stones)], ["-c", VOTE]):
        subprocess.run([sys.executable, *command], env=told, check=True, capture_output=True)
    with a_service(told) as address:
        yield HfApi(endpoint=address.rstrip("/"), token=False)


class TestTheirClient:
    def test_it_lists_the_papers_of_a_day_a_week_a_month_and_of_all(self, api: HfApi) -> None:
        for asked in ({"date": "2026-03-17"}, {"week": "2026-W12", "limit": 1}, {"month": "2026-03", "p": 0}, {}):
            found = list(api.list_daily_papers(**asked))
            assert found[0].id == "2603.00001"
            assert found[0].title == "A stone that rolls"
            assert [author.name for author in found[0].authors or []] == ["Ada Lovelace", "Bo Writer"]
            assert found[0].published_at == datetime(2026, 3, 12, tzinfo=UTC)
            assert found[0].submitted_at == datetime(2026, 3, 17, tzinfo=UTC)
        assert [each.id for each in api.list_daily_papers(limit=1, p=1)] == ["doi:10.1000/lamp"]
        assert list(api.list_daily_papers(p=7)) == []

    def test_it_searches_reads_and_asks_for_one_paper(self, api: HfApi) -> None:
        assert [each.id for each in api.list_papers(query="stone that rolls", limit=1)] == ["2603.00001"]
        info = api.paper_info("2603.00001")
        assert (info.id, info.summary, info.upvotes, info.num_total_models) == (
            "2603.00001", "It rolls downhill.", 0, 0,
        )  # fmt: skip
        assert api.read_paper("2603.00001").startswith("# A stone that rolls\n\nAda Lovelace, Bo Writer\n")

    def test_votes_and_whoever_put_a_paper_forward_are_told(self, api: HfApi) -> None:
        (found,) = api.list_daily_papers(submitter="ada")
        assert found.submitted_by
        assert (found.id, found.upvotes, found.submitted_by.username) == ("2603.00002", 1, "ada")
        (rising,) = api.list_daily_papers(sort="trending")
        assert rising.id == "2603.00002"

    @pytest.mark.parametrize(
        "asked",
        [{"date": "2026-02-30"}, {"date": "soon"}, {"week": "2026-W54"}, {"month": "2026-13"}, {"limit": 0},
         {"limit": 101}, {"p": -1}, {"sort": "age"}],
    )  # fmt: skip
    def test_what_cannot_be_asked_for_is_its_own_clean_error(self, api: HfApi, asked: dict[str, Any]) -> None:
        with pytest.raises(BadRequestError, match=f'"{next(iter(asked))}"'):
            list(api.list_daily_papers(**asked))

    def test_a_paper_that_is_not_here_is_its_own_clean_error(self, api: HfApi) -> None:
        for ask in (api.paper_info, api.read_paper):
            with pytest.raises(HfHubHTTPError, match="Paper not found") as told:
                ask("2603.99999")
            assert told.value.response.status_code == 404

    @pytest.mark.parametrize("form", ["auto", "human", "agent", "json", "quiet"])
    def test_its_command_works_in_every_form(self, api: HfApi, form: str, tmp_path: Path) -> None:
        def hf(*arguments: str) -> str:
            environment = {
                **os.environ, "HF_ENDPOINT": api.endpoint, "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_TELEMETRY": "1",
                "HF_HUB_DISABLE_UPDATE_CHECK": "1", "NO_COLOR": "1", "COLUMNS": "200",
            }  # fmt: skip
            done = subprocess.run(
                [Path(sys.executable).with_name("hf"), "papers", *arguments],
                capture_output=True, text=True, env=environment, check=False, timeout=120,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            return done.stdout

        assert "2603.00001" in hf("ls", "--date", "2026-03-17", "--format", form)
        assert "2603.00001" in hf("search", "stone that rolls", "--format", form)
        if form == "json":
            assert json.load(io.StringIO(hf("info", "2603.00001", "--format", form)))["title"] == "A stone that rolls"
            assert "It rolls downhill." in hf("read", "2603.00001")


@pytest.mark.django_db
def test_every_origin_may_read(client: Client) -> None:
    for path in ("/api/daily_papers", "/api/papers/2603.99999", "/api/papers/search?q=x"):
        assert client.get(path).headers["Access-Control-Allow-Origin"] == "*"
    assert client.post("/api/daily_papers").status_code == 405


@pytest.mark.django_db
def test_a_day_of_fifty_papers_takes_few_statements(
    client: Client, library: Callable[..., None], django_assert_max_num_queries: Any
) -> None:
    library(*(a_record(f"Stone number {n} of many", featured=date(2026, 3, 17)) for n in range(60)))
    with django_assert_max_num_queries(7):
        assert len(client.get("/api/daily_papers?date=2026-03-17").json()) == 50
