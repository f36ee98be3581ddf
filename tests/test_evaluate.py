"""Promises of the evaluation: measures as worked by hand, run files that others read, folders that are not collections."""

import json
from math import log2
from pathlib import Path

import pytest
from builders import shared_data

from broadsheet.errors import BadFileError
from broadsheet.evaluate import Collection, compare, evaluate, means, measure, read_run, write_run
from broadsheet.index import embed
from broadsheet.types import Method

EMBEDDER = embed.load("hash-256")


def a_collection(
    folder: Path, *, qrels: str = "query-id\tcorpus-id\tscore\nq1\td2\t2\nq1\td3\t1\nq2\td1\t1\nq3\td1\t0\n"
) -> Path:
    texts = {"d1": "stones learn to stand", "d2": "rivers forget their way", "d3": "slow rivers forget more"}
    queries = {"q1": "forgetful rivers", "q2": "stones", "q3": "nobody judged this"}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": name, "title": "", "text": text}) + "\n" for name, text in texts.items())
    )
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": name, "text": text}) + "\n" for name, text in queries.items())
    )
    (folder / "qrels").mkdir(exist_ok=True)
    (folder / "qrels" / "test.tsv").write_text(qrels)
    return folder


def test_the_measures_are_those_worked_by_hand() -> None:
    qrels = {"q1": {"d1": 1, "d2": 2, "d3": 0}, "q2": {"d9": 1}, "q3": {"d5": 1}}
    rankings = {"q1": {"d4": 9.0, "d2": 8.0, "d1": 7.0}, "q2": {"d9": 1.0}}
    # q1: the second has grade 2, the third grade 1; ideal is 2, 1. q2: first. q3: not answered, so nothing.
    q1 = (2 / log2(3) + 1 / log2(4)) / (2 / log2(2) + 1 / log2(3))
    found = measure(qrels, rankings)
    assert found["nDCG@10"] == pytest.approx({"q1": q1, "q2": 1, "q3": 0})
    assert found["RR@10"] == pytest.approx({"q1": 1 / 2, "q2": 1, "q3": 0})
    assert found["R@100"] == pytest.approx({"q1": 1, "q2": 1, "q3": 0})
    assert means(qrels, rankings)["nDCG@10"] == pytest.approx((q1 + 1) / 3)


def test_a_collection_is_indexed_searched_and_measured_by_each_method(tmp_path: Path) -> None:
    collection = Collection(a_collection(tmp_path / "tiny"))
    assert sorted(collection.queries) == ["q1", "q2"], "a query without a relevant document measures nothing"
    runs = {run.method: run for run in evaluate(collection, EMBEDDER)}
    assert set(runs) == set(Method)
    for run in runs.values():
        assert len(run.seconds) == 2
        assert means(collection.qrels, run.rankings)["RR@10"] == 1
        scores = list(run.rankings["q1"].values())
        assert scores == sorted(scores, reverse=True)


def test_a_document_does_not_find_itself(tmp_path: Path) -> None:
    folder = a_collection(tmp_path / "tiny", qrels="d2\td3\t1\n")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "d2", "text": "rivers forget their way"}))
    run = next(iter(evaluate(Collection(folder), EMBEDDER, methods=[Method.HYBRID])))
    assert "d2" not in run.rankings["d2"]
    assert next(iter(run.rankings["d2"])) == "d3"


def test_a_run_file_is_read_back_as_it_was_written_and_ir_measures_reads_it_too(tmp_path: Path) -> None:
    import ir_measures

    run = next(iter(evaluate(Collection(a_collection(tmp_path / "tiny")), EMBEDDER, methods=[Method.LEXICAL])))
    write_run(tmp_path / "tiny.run", run)
    again = read_run(tmp_path / "tiny.run")
    assert {query: list(ranking) for query, ranking in again.items()} == {
        query: list(ranking) for query, ranking in run.rankings.items()
    }
    theirs = list(ir_measures.read_trec_run(str(tmp_path / "tiny.run")))  # type: ignore[no-untyped-call]
    assert {(line.query_id, line.doc_id) for line in theirs} == {
        (query, document) for query, ranking in run.rankings.items() for document in ranking
    }


def test_two_runs_are_compared_query_by_query(tmp_path: Path) -> None:
    qrels = "".join(f"q{number}\td1\t1\n" for number in range(8))
    folder = a_collection(tmp_path / "tiny", qrels=qrels)
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": f"q{number}", "text": "stones"}) + "\n" for number in range(8))
    )
    good, bad = tmp_path / "good.run", tmp_path / "bad.run"
    good.write_text("".join(f"q{number} Q0 d1 1 2.0 x\n" for number in range(8)))
    bad.write_text(
        "".join(f"q{number} Q0 d2 1 2.0 x\nq{number} Q0 d{1 if number else 3} 2 1.0 x\n" for number in range(8))
    )
    rank = {difference.measure: difference for difference in compare(folder, good, bad)}["RR@10"]
    assert (rank.first, rank.second) == (1, 7 / 16)
    assert rank.p < 0.001
    same = compare(folder, good, good)
    assert {difference.p for difference in same} == {1.0}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("corpus.jsonl", "no json\n", "line 1"),
        ("queries.jsonl", '{"_id": "q1"}\n', "text"),
        ("qrels/test.tsv", "head\nq1 d1 1\n", "three columns"),
        ("qrels/test.tsv", "q1\td1\t0\n", "no query has a relevant document"),
    ],
)
def test_a_folder_that_is_no_collection_says_what_is_wrong(tmp_path: Path, name: str, content: str, says: str) -> None:
    folder = a_collection(tmp_path / "tiny")
    (folder / name).write_text(content)
    with pytest.raises(BadFileError, match=says):
        Collection(folder)


def test_where_there_are_several_judgements_one_must_be_named(tmp_path: Path) -> None:
    folder = a_collection(tmp_path / "tiny")
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "dev.tsv")
    assert Collection(folder).qrels
    (folder / "qrels" / "train.tsv").write_text("q1\td1\t1\n")
    with pytest.raises(BadFileError, match="--split"):
        Collection(folder)
    assert Collection(folder, "train").qrels == {"q1": {"d1": 1}}


def test_public_collections_are_read_whole() -> None:
    collection = Collection(shared_data("beir") / "scifact")
    assert (collection.count(), len(collection.queries)) == (5183, 300)
