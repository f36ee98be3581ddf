"""Promises of fetching the daily papers of Hugging Face: the same papers as their import gives."""

import json
import zipfile
from datetime import UTC, date, datetime
from typing import Any

from answering import Answering
from builders import shared_data

from broadsheet.errors import BadFileError
from broadsheet.sources import hf_daily, huggingface
from broadsheet.sources.kinds import Options
from broadsheet.types import Record


def read_one_by_one(entries: Any, day: str) -> dict[Any, Record]:
    """The records of a day's file, the last of each paper, without the entries that are none."""
    found = {}
    for entry in hf_daily.entries(entries):
        try:
            (record,) = hf_daily.parse([entry], file=f"{day}.json")
        except BadFileError:
            continue
        found[record.ids[0] if record.ids else record.title, record.featured] = record
    return found


def test_all_real_days_fetched_are_exactly_what_importing_them_gives() -> None:
    archive = zipfile.ZipFile(shared_data("hf-daily.zip"))
    answers = {
        name.rpartition("/")[2][:10]: json.loads(archive.read(name))
        for name in archive.namelist()
        if name.endswith(".json")
    }
    source = huggingface.make(Options(values={"since": min(answers)}))
    http = Answering(lambda _url, asked: hf_daily.entries(answers.get(asked["date"], [])) if asked["p"] == "0" else [])
    now = datetime.combine(date.fromisoformat(max(answers)), datetime.min.time(), UTC)
    days = 0
    for batch, (_, asked) in zip(source.fetch(http, {}, now=now), http.asked, strict=False):
        day = asked["date"]
        assert list(batch.records) == list(read_one_by_one(answers.get(day, []), day).values())
        days += bool(batch.records)
    assert days == len(answers) == 580


def test_an_organization_is_named_by_its_full_name() -> None:
    paper = {"id": "2603.00001", "title": "Stones", "organization": {"name": "lab", "fullname": "The Lab"}}
    (record,) = hf_daily.parse([{"paper": paper}], file="2026-03-20.json")
    assert record.extras["huggingface"] == {"organization": "The Lab"}


def test_a_token_is_sent_and_never_shown() -> None:
    sent: list[Any] = []

    class Listening(Answering):
        def get(self, url: str, *arguments: Any, **named: Any) -> Any:
            sent.append(named["headers"])
            return super().get(url, *arguments, **named)

    source = huggingface.make(Options(values={"token": "hf_secret", "again": "1"}))
    http = Listening(lambda _url, _asked: [{"paper": {"title": ""}}])
    batches = list(source.fetch(http, {"day": "2026-03-19"}, now=datetime(2026, 3, 20, tzinfo=UTC)))
    assert sent == [{"Authorization": "Bearer hf_secret"}]
    assert batches[0].unread
    assert "hf_secret" not in repr(batches)
