"""Promises of the client: every operation has its method, and asks a real service what it says."""

import inspect
import io
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from house import PAPERS, a_house
from pyarrow import parquet

from broadsheet.client import ApiError, Broadsheet, UnreachableError

STONE = "arxiv:2603.00001"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where a running service is, and the secret of a token of ada's that may do all."""
    with a_house(tmp_path_factory.mktemp("house")) as here:
        yield here


@pytest.fixture
def ada(house: tuple[str, str]) -> Broadsheet:
    return Broadsheet(*house)


@pytest.fixture
def stranger(house: tuple[str, str]) -> Broadsheet:
    return Broadsheet(house[0])


def test_every_operation_has_its_method_with_its_parameters() -> None:
    from broadsheet.deliver.api.v1.description import described

    schemas = described()["components"]["schemas"]
    for methods in described()["paths"].values():
        for one in methods.values():
            method = getattr(Broadsheet, one["operationId"])
            taken = set(inspect.signature(method).parameters) - {"self"}
            offered = {each["name"] for each in one["parameters"]} - {"Idempotency-Key"}
            for content in one.get("requestBody", {}).get("content", {}).values():
                offered |= schemas[content["schema"]["$ref"].rpartition("/")[2]]["properties"].keys()
            assert taken == offered, one["operationId"]


def test_nothing_of_the_service_is_needed_to_ask_one() -> None:
    code = "import sys, broadsheet.client; print(sorted({'django', 'ninja', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


class TestReading:
    def test_a_stranger_reads_what_everybody_may(self, stranger: Broadsheet) -> None:
        assert stranger.paper("2603.00001")["title"] == "A stone of granite"
        assert stranger.paper("doi:10.1000/a(b)/c")["title"] == "A lamp by a DOI"
        assert stranger.search("rolls", code=False)["papers"][0]["id"] == STONE
        assert stranger.search("stone", after="2026-03-17", category=["cs.LG", "math"])["total"] == 1
        assert stranger.front_page()["total"] == 2
        assert stranger.listing("2026-W12")["total"] == 3
        assert stranger.papers(category="cs")["total"] == 1
        assert stranger.similar(STONE)["papers"]
        assert stranger.trending()["papers"] == []
        assert stranger.top("2026-03")["total"] == 0
        assert stranger.comments_of_paper(STONE)["comments"] == []
        assert stranger.latest_comments()["total"] == 0
        assert stranger.collections()["total"] == 0

    def test_lists_are_read_to_their_end(self, stranger: Broadsheet) -> None:
        titles = [each["title"] for each in stranger.every(stranger.papers(limit=1), "papers")]
        assert sorted(titles) == sorted(each["title"] for each in PAPERS)

    def test_the_library_is_taken_out(self, stranger: Broadsheet) -> None:
        lines = list(stranger.export_lines())
        assert [each["title"] for each in lines] == [each["title"] for each in PAPERS]
        assert len(list(stranger.export_lines(lines[0]["change"]))) == 2
        assert parquet.read_table(io.BytesIO(b"".join(stranger.export_parquet()))).num_rows == 3


class TestWriting:
    def test_it_does_what_readers_do(self, ada: Broadsheet) -> None:
        assert ada.me()["name"] == "ada"
        assert ada.upvote(STONE)["votes"] == 1
        assert ada.withdraw_vote(STONE)["votes"] == 0
        assert ada.mark_paper(STONE, state="to read", note="Ünder")["state"] == "to read"
        assert ada.marks_of_paper(STONE)["note"] == "Ünder"
        assert ada.reading_list("to-read")["total"] == 1
        said = ada.comment(STONE, "It *rolls*.")
        reply = ada.comment(STONE, "It does.", in_reply_to=said["key"])
        assert ada.edit_comment(said["key"], "It rolled.")["text"] == "It rolled."
        assert ada.take_back_comment(reply["key"]) == {"place": None}
        assert ada.take_back_comment(said["key"]) == {"place": None}

    def test_it_keeps_collections(self, ada: Broadsheet) -> None:
        number = ada.make_collection("Stones", public=True)["id"]
        assert ada.add_to_collection(number, STONE)["changed"] is True
        ada.add_to_collection(number, "doi:10.1000/a(b)/c")
        ada.change_in_collection(number, STONE, note="Heavy.", place=2)
        kept = ada.papers_of_collection(number)["papers"]
        assert [(each["id"], each["kept_note"]) for each in kept][1] == (STONE, "Heavy.")
        assert ada.remove_from_collection(number, STONE) == {"here": False, "changed": True}
        assert ada.change_collection(number, title="Lamps", public=False)["title"] == "Lamps"
        assert ada.collections("account")["total"] == 1
        assert ada.collection(number)["size"] == 1
        ada.delete_collection(number)
        with pytest.raises(ApiError, match="no such collection"):
            ada.collection(number)

    def test_it_puts_papers_forward_and_saves_searches(self, ada: Broadsheet) -> None:
        assert ada.submit("2603.00003", "It lies.")["again"] is True
        number = ada.submissions()["submissions"][0]["id"]
        with pytest.raises(ApiError, match="does not wait"):
            ada.withdraw_submission(number)
        assert ada.follow("search", "graph  & transformers")["value"] == "graph & transformers"
        ada.unfollow("search", "graph & transformers")
        assert ada.follows() == {"follows": []}

    def test_it_is_told_what_cannot_be_delivered(self, ada: Broadsheet) -> None:
        assert ada.subscriptions()["subscriptions"] == []
        for ask in (
            lambda: ada.subscribe("trending"),
            lambda: ada.change_subscription(1, paused=True),
            lambda: ada.end_subscription(1),
        ):
            with pytest.raises(ApiError, match=r"verified|not there"):
                ask()


class TestRefusals:
    def test_what_the_house_says_is_an_error_with_all_of_it(self, stranger: Broadsheet) -> None:
        with pytest.raises(ApiError, match="No paper in the library") as caught:
            stranger.paper("arxiv:9999.99999")
        assert (caught.value.status, caught.value.problem["title"]) == (404, "Not Found")
        with pytest.raises(ApiError, match="needs a token"):
            stranger.upvote(STONE)
        with pytest.raises(ApiError) as caught:
            stranger.papers(limit=1000)
        assert caught.value.problem["errors"][0]["where"] == ["query", "limit"]

    def test_where_nobody_is_that_is_said(self) -> None:
        with pytest.raises(UnreachableError, match="Is the service up"):
            Broadsheet("http://127.0.0.1:9").me()

    def test_what_is_no_house_is_said_to_be_none(self, house: tuple[str, str]) -> None:
        with pytest.raises(UnreachableError, match=re.escape("is no Broadsheet")):
            Broadsheet(f"{house[0]}/nothing").me()
