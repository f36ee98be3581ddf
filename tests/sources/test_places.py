"""Promises of the places that answer in JSON or XML: real answers read whole, strange ones told, pages walked."""

import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from answering import Answering, an_answer
from builders import shared_data

from broadsheet.errors import BadFileError, FetchError, SourceError, UnreadableError
from broadsheet.sources import (
    acl,
    biorxiv,
    catalogue,
    crossref,
    dumps,
    feed,
    github,
    hf_daily,
    huggingface,
    openalex,
    openreview,
    semantic_scholar,
    zotero,
)
from broadsheet.sources.building import Place
from broadsheet.sources.http import Http, Validators
from broadsheet.sources.kinds import Options
from broadsheet.types import LinkKind, Record

NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)
PLACE = Place("answer")


def options(*words: str, **values: str) -> Options:
    return Options(words=words, values=values)


def records(batches: list[Any]) -> list[Record]:
    return [record for batch in batches for record in batch.records]


class TestHuggingFace:
    def test_the_real_days_fetched_one_by_one_are_what_their_import_gives(self) -> None:
        archive = zipfile.ZipFile(shared_data("hf-daily.zip"))
        days = {name.rpartition("/")[2][:10]: name for name in archive.namelist() if name.endswith(".json")}
        wanted = sorted(day for day in days if "2026-03-02" <= day <= "2026-03-20")
        answers = {day: json.loads(archive.read(days[day])) for day in wanted}

        def speak(_url: str, asked: Any) -> Any:
            return answers.get(asked["date"], []) if asked["p"] == "0" else []

        http = Answering(speak)
        fetched = records(list(huggingface.make(options(since="2026-03-02")).fetch(http, {}, now=NOW)))
        imported = [one for day in wanted for one in hf_daily.parse(answers[day], file=f"{day}.json")]
        assert len(fetched) > 100
        assert {(one.ids, one.featured, one.title) for one in fetched} == {
            (one.ids, one.featured, one.title) for one in imported
        }
        assert all(one.extras["huggingface"]["upvotes"] >= 0 for one in fetched)

    def test_today_is_never_done_and_the_last_days_are_asked_for_again(self) -> None:
        http = Answering(lambda _url, _asked: [])
        batches = list(huggingface.make(options()).fetch(http, {"day": "2026-03-18"}, now=NOW))
        assert [asked["date"] for _, asked in http.asked] == ["2026-03-18", "2026-03-19", "2026-03-20"]
        assert batches[-1].checkpoint == {"day": "2026-03-19"}

    @pytest.mark.parametrize(
        ("by", "asked"),
        [("week", ["2026-W10", "2026-W11", "2026-W12"]), ("month", ["2026-03"])],
    )
    def test_weeks_and_months_are_asked_for_at_once_and_each_paper_keeps_its_day(
        self, by: str, asked: list[str]
    ) -> None:
        entry = {"paper": {"id": "2603.00001", "title": "Stones", "submittedOnDailyAt": "2026-03-04T00:00:00Z"}}
        http = Answering(lambda _url, _asked: [entry])
        source = huggingface.make(options(since="2026-03-02", by=by, again="1"))
        batches = list(source.fetch(http, {}, now=NOW))
        assert [said[by] for _, said in http.asked] == asked
        assert {one.featured for one in records(batches)} == {date(2026, 3, 4)}
        assert batches[-1].checkpoint == {"day": "2026-03-19"}

    def test_an_entry_that_is_none_is_told_and_the_others_are_kept(self) -> None:
        found = [{"paper": {"id": "2603.00001", "title": "Stones"}}, {"paper": {"id": "2603.00002", "title": ""}}, 7]
        batches = list(
            huggingface.make(options(since="2026-03-20", again="1")).fetch(Answering(lambda _u, _a: found), {}, now=NOW)
        )
        assert [record.title for record in records(batches)] == ["Stones"]
        assert len(batches[0].unread) == 2

    def test_an_answer_of_another_shape_is_not_taken_for_an_empty_day(self) -> None:
        with pytest.raises(UnreadableError):
            list(huggingface.make(options()).fetch(Answering(lambda _u, _a: {"error": "no"}), {}, now=NOW))


def a_note(number: int, **content: Any) -> dict[str, Any]:
    said = {"title": f"Stone {number}", "abstract": "Heavy.", "authors": ["Ada Lovelace"], **content}
    return {
        "id": f"note{number:04}", "forum": f"note{number:04}", "pdate": 1705000000000, "cdate": 1700000000000,
        "content": {name: {"value": value} for name, value in said.items()},
    }  # fmt: skip


class TestOpenReview:
    def test_a_venue_is_walked_page_by_page_and_goes_on_from_any_page(self) -> None:
        notes = [a_note(number, venue="ICLR 2024 poster", pdf="/pdf/x.pdf") for number in range(2300)]

        def speak(_url: str, asked: Any) -> Any:
            first = int(asked["offset"])
            return {"notes": notes[first : first + int(asked["limit"])]}

        source = openreview.make(options("ICLR.cc/2024/Conference"))
        batches = list(source.fetch(Answering(speak), {}, now=NOW))
        assert len(records(batches)) == 2300
        rest = list(source.fetch(Answering(speak), batches[0].checkpoint, now=NOW))
        assert len(records(rest)) == 1300
        first = records(batches)[0]
        assert (first.ids, first.venue, first.published) == (
            ("openreview:note0000",),
            "ICLR 2024 poster",
            date(2024, 1, 11),
        )

    def test_a_withdrawn_submission_is_told_as_withdrawn_and_an_older_note_without_wraps_is_read(self) -> None:
        gone = a_note(1, venueid="ICLR.cc/2024/Conference/Withdrawn_Submission")
        old = {"id": "note0002", "content": {"title": "Old stone", "authors": ["Bo"], "abstract": "Light."}}
        found, unread, _ = openreview.parse(an_answer({"notes": [gone, old, {"id": "x"}]}))
        assert [record.withdrawn for record in found] == [True, False]
        assert len(unread) == 1

    def test_a_note_that_may_not_be_seen_brings_nothing(self) -> None:
        assert list(openreview.OpenReviewPapers().look_up(Answering(lambda _u, _a: 403), ["openreview:secret"])) == []


class TestBiorxiv:
    def page(self, number: int, total: int, **fields: str) -> dict[str, Any]:
        posts = [
            {"doi": f"10.1101/2026.03.{n:06}", "title": f"Stone {n}", "authors": "Doe, J.; Roe, R. B.", "version": "1",
             "date": "2026-03-15", "category": "neuroscience", "abstract": "Heavy.", "published": "NA", **fields}
            for n in range(number, min(number + 100, total))
        ]  # fmt: skip
        return {"messages": [{"status": "ok", "total": str(total), "count": len(posts)}], "collection": posts}

    def test_a_week_is_walked_page_by_page_and_goes_on_from_any_page(self) -> None:
        def speak(url: str, _asked: Any) -> Any:
            begin, _end, cursor, _ = url.split("/")[-4:]
            return self.page(int(cursor), 250 if begin == "2026-03-13" else 0)

        source = biorxiv.KIND.make(options(since="2026-03-13"))
        batches = list(source.fetch(Answering(speak), {}, now=NOW))  # type: ignore[union-attr]
        assert len({one.ids[0] for one in records(batches)}) == 250
        assert batches[-1].checkpoint == {"day": "2026-03-18"}
        rest = list(source.fetch(Answering(speak), batches[0].checkpoint, now=NOW))  # type: ignore[union-attr]
        assert len({one.ids[0] for one in records(rest)}) == 150

    def test_the_printed_version_is_another_id_of_the_same_paper(self) -> None:
        found, _, _, _ = biorxiv.parse(an_answer(self.page(0, 1, published="10.1038/x", version="2")), "biorxiv")
        assert found[0].ids == ("doi:10.1101/2026.03.000000", "doi:10.1038/x")
        assert found[0].authors == ("J. Doe", "R. B. Roe")
        assert (found[0].published, found[0].updated) == (None, date(2026, 3, 15))

    def test_only_the_categories_that_were_asked_for_are_kept(self) -> None:
        found, _, size, _ = biorxiv.parse(an_answer(self.page(0, 3)), "biorxiv", ("ecology",))
        assert (found, size) == ([], 3)


ANTHOLOGY = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="{collection}"><volume id="{volume}"><meta><booktitle>Proceedings of the <fixed-case>S</fixed-case>tone
Workshop</booktitle><month>August</month><year>2024</year></meta>
<frontmatter><url>x</url></frontmatter>
<paper id="7"><title>Weighing <fixed-case>L</fixed-case>ight with <tex-math>x^2</tex-math></title>
<author><first>Ada</first><last>Lovelace</last></author><author><last>Bo</last></author>
<abstract>We weigh <i>light</i>.</abstract><doi>10.18653/v1/{collection}-long.7</doi>
<revision id="1" href="a"/><revision id="2" href="b" date="2024-09-01">Fixed.</revision>{more}</paper>
<paper id="8"><title></title></paper></volume></collection>"""


class TestAcl:
    @pytest.mark.parametrize(
        ("collection", "volume", "paper_id"),
        [("2024.acl", "long", "acl:2024.acl-long.7"), ("P19", "1", "acl:P19-1007"), ("W19", "3", "acl:W19-0307")],
    )
    def test_a_paper_has_the_id_that_its_age_gives_it(self, collection: str, volume: str, paper_id: str) -> None:
        body = ANTHOLOGY.format(collection=collection, volume=volume, more="").encode()
        found, unread = acl.parse(body, "file")
        assert found[0].ids[0] == paper_id
        assert len(unread) == 1

    def test_markup_inside_is_text_and_corrections_are_versions(self) -> None:
        (paper,), _ = acl.parse(ANTHOLOGY.format(collection="2024.acl", volume="long", more="").encode(), "file")
        assert paper.title == "Weighing Light with x^2"
        assert paper.abstract == "We weigh light."
        assert paper.authors == ("Ada Lovelace", "Bo")
        assert paper.venue == "Proceedings of the Stone Workshop"
        assert [version.number for version in paper.versions] == [1, 2]
        assert paper.published == date(2024, 8, 1)

    def test_a_retracted_paper_is_withdrawn(self) -> None:
        body = ANTHOLOGY.format(
            collection="2024.acl", volume="long", more='<retracted date="2025-01-01">No.</retracted>'
        )
        assert acl.parse(body.encode(), "file")[0][0].withdrawn

    def test_a_file_that_has_not_changed_is_not_read_again_and_one_that_is_not_there_yet_is_told(self) -> None:
        body = ANTHOLOGY.format(collection="2024.acl", volume="long", more="").encode()

        def speak(url: str, _asked: Any) -> Any:
            return an_answer(body, url, etag='"7"') if "2024.acl" in url else None

        source = acl.make(options("2024.acl", "2026.acl"))
        batches = list(source.fetch(Answering(speak), {}, now=NOW))
        assert len(records(batches)) == 1
        assert batches[-2].checkpoint == {"files": {"2024.acl": ['"7"', ""]}}
        assert any("2026.acl" in line for batch in batches for line in batch.unread)

    def test_one_paper_is_looked_up_in_its_collection(self) -> None:
        body = ANTHOLOGY.format(collection="2024.acl", volume="long", more="").encode()
        http = Answering(lambda _u, _a: body)
        (batch,) = acl.AclPapers().look_up(http, ["acl:2024.acl-long.7"])
        assert [record.ids[0] for record in batch.records] == ["acl:2024.acl-long.7"]


class TestOpenAlex:
    @pytest.mark.parametrize("project", ["EverWhy-lab+paper-radar", "kitzcode+research-radar"])
    def test_the_answers_kept_by_other_projects_are_read_whole(self, project: str) -> None:
        body = shared_data("fixtures", "openalex", project, "tests", "fixtures", "openalex_works.json").read_bytes()
        found, unread, _, _ = openalex.parse(an_answer(body))
        assert unread == []
        assert found
        assert all(one.ids and one.authors and one.published for one in found)
        indexed = [work.get("abstract_inverted_index") for work in json.loads(body)["results"]]
        assert [bool(one.abstract) for one in found] == [bool(index) for index in indexed]

    def test_the_recorded_works_are_read(self) -> None:
        folder = shared_data("fixtures", "openalex", "front-matter+commonmeta-py", "tests", "cassettes")
        found = [
            openalex.record(work, PLACE)
            for work in _recorded(folder)
            if openalex.recognises(work) and work.get("title")
        ]
        assert len(found) > 15
        assert all(one.title for one in found)

    def test_an_abstract_is_put_together_from_its_words_and_gaps_do_not_stop_it(self) -> None:
        assert openalex.abstract({"light": [1, 4], "weigh": [0], "stones": [3]}) == "weigh light stones light"
        assert openalex.abstract({"x": [-1, 10**12], "y": "no"}) == ""
        assert openalex.abstract(None) == ""

    def test_a_filter_is_walked_by_cursor_and_one_that_never_ends_is_given_up(self) -> None:
        works = [{"id": f"https://openalex.org/W{n}", "title": f"Stone {n}"} for n in range(450)]

        def speak(_url: str, asked: Any) -> Any:
            start = 0 if asked["cursor"] == "*" else int(asked["cursor"])
            end = start + 200
            return {"results": works[start:end], "meta": {"count": 450, "next_cursor": str(end) if end < 450 else None}}

        source = openalex.make(options("topics.id:T1"))
        assert len(records(list(source.fetch(Answering(speak), {}, now=NOW)))) == 450
        endless = {"results": works[:1], "meta": {"next_cursor": "again"}}
        with pytest.raises(UnreadableError, match="twice"):
            list(source.fetch(Answering(lambda _u, _a: endless), {}, now=NOW))


class TestCrossref:
    def test_the_recorded_works_are_read_whole(self) -> None:
        folder = shared_data("fixtures", "crossref", "inspirehep+hepcrawl", "tests", "unit", "responses", "crossref")
        for path in sorted(folder.glob("*.json")):
            (record,), unread = crossref.parse(an_answer(path.read_bytes()))
            assert unread == []
            assert record.ids[0].startswith("doi:")
            assert record.title
            assert record.authors

    def test_an_abstract_in_jats_is_text_without_its_heading(self) -> None:
        markup = (
            "<jats:title>Abstract</jats:title><jats:p>We weigh <jats:italic>light</jats:italic> &amp; stones.</jats:p>"
        )
        assert crossref.plain(markup) == "We weigh light & stones."

    def test_a_preprint_and_its_printed_version_name_each_other(self) -> None:
        work = {
            "DOI": "10.1000/print", "title": ["Light"], "published-print": {"date-parts": [[2024, 5]]},
            "published-online": {"date-parts": [[2024, 3, 2]]}, "updated-by": [{"type": "retraction", "DOI": "10.1000/r"}],
            "relation": {"has-preprint": [{"id": "10.48550/arXiv.2401.00001", "id-type": "doi"}]},
        }  # fmt: skip
        record = crossref.record(work, PLACE)
        assert record.ids == ("doi:10.1000/print", "arxiv:2401.00001")
        assert record.published == date(2024, 3, 2)
        assert record.withdrawn

    def test_dois_are_asked_for_forty_at_once(self) -> None:
        http = Answering(lambda _u, _a: {"message": {"items": []}})
        list(crossref.Crossref().look_up(http, [f"doi:10.1000/{n}" for n in range(90)]))
        assert len(http.asked) == 3


class TestSemanticScholar:
    @pytest.mark.parametrize(("name", "key"), [("Citation", "citingPaper"), ("Reference", "citedPaper")])
    def test_the_recorded_papers_are_read(self, name: str, key: str) -> None:
        folder = shared_data("fixtures", "semantic_scholar", "danielnsilva+semanticscholar", "tests", "data")
        paper = json.loads((folder / f"{name}.json").read_bytes())[key]
        found = semantic_scholar.record(paper, PLACE)
        assert found.title == " ".join(paper["title"].split())
        assert len(found.authors) == len(paper["authors"])
        assert found.year == paper["year"]

    def test_what_it_does_not_know_brings_nothing(self) -> None:
        http = Answering(
            lambda url, _a: {"title": "Light", "externalIds": {"DOI": "10.1000/x"}} if "10.1000/x" in url else None
        )
        batches = list(semantic_scholar.SemanticScholar().look_up(http, ["doi:10.1000/x", "doi:10.1000/y", "page:00"]))
        assert [record.title for record in records(batches)] == ["Light"]
        assert len(http.asked) == 2


FEED = b"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><title>Journal of Stones</title>
<item><title>Light &lt;i&gt;and&lt;/i&gt; stones</title><link>https://doi.org/10.1000/x</link><dc:creator>Ada Lovelace, Bo</dc:creator>
<description>&lt;p&gt;We &lt;script&gt;no&lt;/script&gt;weigh.&lt;/p&gt;</description><pubDate>Tue, 17 Mar 2026 10:00:00 GMT</pubDate></item>
<item><title>A talk</title><link>https://example.org/talk</link><description>See arXiv:2603.00001 about it.</description></item>
<item><title>Our holidays</title><link>https://example.org/holidays</link></item></channel></rss>"""


class TestFeed:
    def test_entries_that_name_a_paper_become_records_and_the_others_are_counted(self) -> None:
        found, unread, nameless = feed.parse(an_answer(FEED, "https://www.example.org/feed"))
        assert [record.ids for record in found] == [("doi:10.1000/x",), ("arxiv:2603.00001",)]
        assert (unread, nameless) == ([], 1)
        first = found[0]
        assert (first.title, first.source, first.venue) == ("Light and stones", "example.org", "Journal of Stones")
        assert first.authors == ("Ada Lovelace", "Bo")
        assert first.published == date(2026, 3, 17)
        assert "<" not in first.abstract

    @pytest.mark.parametrize("name", ["feed.xml", "feed_weekly.xml", "feed_monthly.xml"])
    def test_the_recorded_feeds_are_read_whole(self, name: str) -> None:
        body = shared_data("fixtures", "hf_daily_rss", "huangboming+huggingface-daily-paper-feed", name).read_bytes()
        found, unread, nameless = feed.parse(an_answer(body, "https://example.org/feed"))
        assert (unread, nameless) == ([], 0)
        assert found
        assert all(record.ids[0].startswith("arxiv:") and record.title for record in found)

    def test_a_page_is_no_feed(self) -> None:
        with pytest.raises(UnreadableError):
            feed.parse(an_answer(b"<html><body>Moved</body></html>"))

    def test_a_feed_that_has_not_changed_is_not_read_again(self) -> None:
        source = feed.make(options("https://example.org/feed"))
        http = Answering(lambda url, _a: an_answer(FEED, url, etag='"1"'))
        (batch,) = source.fetch(http, {}, now=NOW)
        assert batch.checkpoint == {"feeds": {"https://example.org/feed": ['"1"', ""]}}
        assert "1 entries name no paper" in batch.unread[0]


class TestZotero:
    def item(self, number: int, **fields: Any) -> dict[str, Any]:
        return {"key": f"K{number}", "version": 5, "data": {
            "itemType": "journalArticle", "title": f"Stone {number}", "DOI": f"10.1000/{number}", "date": "2024-03",
            "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
                         {"creatorType": "editor", "name": "Somebody"}],
            "publicationTitle": "Journal of Stones", "tags": [{"tag": "heavy"}], **fields}}  # fmt: skip

    def test_papers_are_read_and_other_things_left_alone(self) -> None:
        items = [self.item(1), self.item(2, itemType="attachment"), self.item(3, DOI="", extra="arXiv: 2401.00001")]
        found, unread, size = zotero.parse(an_answer(items))
        assert [one.ids for one in found] == [("doi:10.1000/1",), ("arxiv:2401.00001",)]
        assert (unread, size) == ([], 3)
        assert (found[0].authors, found[0].year, found[0].venue) == (("Ada Lovelace",), 2024, "Journal of Stones")

    def test_what_changes_while_the_pages_are_read_comes_with_the_next_fetch(self) -> None:
        versions = iter(["10", "11", "12"])

        def speak(url: str, asked: Any) -> Any:
            start = int(asked["start"])
            items = [self.item(n) for n in range(start, min(start + 100, 230))]
            return an_answer(items, url, **{"last-modified-version": next(versions)})

        batches = list(zotero.make(options("groups/1")).fetch(Answering(speak), {}, now=NOW))
        assert len(records(batches)) == 230
        assert batches[-1].checkpoint == {"since": 10}
        assert batches[0].checkpoint == {"since": 0, "start": 100, "version": 10}


class TestGitHub:
    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("https://github.com/ada/engine", "ada/engine"),
            ("http://www.github.com/Ada/Engine.git", "Ada/Engine"),
            ("https://github.com/ada/engine/tree/main/src?x=1#readme", "ada/engine"),
            ("https://github.com/ada", None),
            ("https://github.com/orgs/ada/people", None),
            ("https://gist.github.com/ada/123", None),
            ("https://github.com.example.org/ada/engine", None),
            ("https://gitlab.com/ada/engine", None),
            ("https://github.com/ada/../..", None),
            ("https://[", None),
        ],
    )
    def test_an_address_leads_to_a_repository_or_to_none(self, url: str, name: str | None) -> None:
        assert github.repository_name(url) == name

    def test_a_repository_is_described_unchanged_renamed_or_gone(self) -> None:
        def speak(url: str, _asked: Any) -> Any:
            if url.endswith("gone"):
                return None
            if url.endswith("same"):
                from broadsheet.sources.http import Answer

                return Answer(url=url, body=b"", unchanged=True, headers={"etag": "1"})
            return {
                "full_name": "ada/new",
                "stargazers_count": 7,
                "pushed_at": "2026-03-01T10:00:00Z",
                "archived": True,
            }

        known = {f"ada/{name}": Validators() for name in ("old", "gone", "same")}
        found = {name: repository for name, repository, _ in github.GitHub().repositories(Answering(speak), known)}
        old, gone = found["ada/old"], found["ada/gone"]
        assert old is not None
        assert (old.name, old.stars, old.archived, old.pushed_at) == (
            "ada/new",
            7,
            True,
            datetime(2026, 3, 1, 10, tzinfo=UTC),
        )
        assert gone is not None
        assert gone.gone
        assert found["ada/same"] is None

    def test_a_token_that_is_wrong_ends_the_fetch(self) -> None:
        with pytest.raises(FetchError, match="401"):
            list(github.GitHub().repositories(Answering(lambda _u, _a: 401), {"ada/engine": Validators()}))


class TestFiles:
    def test_a_file_is_read_in_batches_that_can_be_gone_on_from(self, tmp_path: Path) -> None:
        path = tmp_path / "papers.jsonl"
        path.write_text("".join(f'{{"title": "Stone {n}", "id": "10.1000/{n}"}}\n' for n in range(4500)))
        source = dumps.make(options(str(path)))
        batches = list(source.fetch(Http(), {}, now=NOW))
        assert [len(batch.records) for batch in batches] == [2000, 2000, 500]
        rest = list(source.fetch(Http(), batches[0].checkpoint, now=NOW))
        assert [one.title for one in records(batches[:1]) + records(rest)] == [f"Stone {n}" for n in range(4500)]
        assert list(source.fetch(Http(), batches[-1].checkpoint, now=NOW)) == []
        path.write_text('{"title": "Another stone"}\n')
        assert len(records(list(source.fetch(Http(), batches[-1].checkpoint, now=NOW)))) == 1

    def test_what_cannot_be_read_of_a_snapshot_is_told_and_left_out(self, tmp_path: Path) -> None:
        line = {"id": "0704.0001", "submitter": "Ada", "title": "Light", "abstract": "x", "categories": "hep-th",
                "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}], "update_date": "2008-11-26",
                "authors_parsed": [["Lovelace", "Ada", "Jr"], ["Bo", ""]]}  # fmt: skip
        lines = [
            json.dumps(line),
            json.dumps({**line, "id": "0704.0002", "title": ""}),
            json.dumps({**line, "id": "0704.0003"}),
        ]
        (tmp_path / "snapshot.json").write_text("\n".join(lines))
        (batch,) = dumps.make(options(str(tmp_path))).fetch(Http(), {}, now=NOW)
        assert [one.ids[0] for one in batch.records] == ["arxiv:0704.0001", "arxiv:0704.0003"]
        assert batch.records[0].authors == ("Ada Lovelace Jr", "Bo")
        assert batch.records[0].published == date(2007, 4, 2)
        assert "line 2" in batch.unread[0]

    def test_a_file_that_is_cut_keeps_what_came_before_and_is_not_tried_again_until_it_changes(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "papers.jsonl"
        path.write_text('{"title": "One stone"}\n{"title": "Half a st')
        source = dumps.make(options(str(path)))
        (batch,) = source.fetch(Http(), {}, now=NOW)
        assert [one.title for one in batch.records] == ["One stone"]
        assert "papers.jsonl" in batch.unread[0]
        assert list(source.fetch(Http(), batch.checkpoint, now=NOW)) == []

    def test_a_disk_that_is_not_there_is_an_error_and_no_end(self) -> None:
        with pytest.raises(FetchError, match="disk"):
            list(dumps.make(options("/nowhere/at/all")).fetch(Http(), {}, now=NOW))


def test_every_kind_has_an_example_that_works_and_says_what_it_needs() -> None:
    for kind in catalogue.KINDS.values():
        name, *words = _shell_words(kind.example)
        assert name == kind.name
        values = dict(word.split("=", 1) for word in words if "=" in word and words[words.index(word) - 1] == "--set")
        plain = tuple(word for word in words if word != "--set" and word not in {f"{n}={v}" for n, v in values.items()})
        kind.open(Options(words=plain, values=values))
        with pytest.raises(SourceError, match="no option 'colour'"):
            kind.open(Options(words=plain, values={"colour": "red"}))
        assert kind.about.endswith((".", "."))
        assert kind.every >= timedelta(minutes=5)


@pytest.mark.parametrize("paper_id", ["arxiv:2401.00001", "doi:10.1000/x", "openreview:x", "acl:P19-1007"])
def test_somebody_can_be_asked_about_a_paper_of_every_scheme(paper_id: str) -> None:
    assert catalogue.lookups(paper_id)


def test_a_title_that_is_empty_is_refused_by_every_parser_of_one_thing() -> None:
    for parse in (openalex.record, crossref.record, semantic_scholar.record):
        with pytest.raises(BadFileError):
            parse({"title": None}, PLACE)
        with pytest.raises(BadFileError):
            parse(["not an object"], PLACE)


def test_code_links_of_a_note_lead_to_code() -> None:
    found, _, _ = openreview.parse(an_answer({"notes": [a_note(1, code="https://github.com/ada/engine")]}))
    assert [link.kind for link in found[0].links] == [LinkKind.CODE]


def _shell_words(line: str) -> list[str]:
    import shlex

    return shlex.split(line)


def _recorded(folder: Path) -> list[Any]:
    """The JSON bodies of the answers that a project recorded with a cassette library."""
    bodies = []
    for path in sorted(folder.rglob("*.yaml")):
        import re

        for match in re.finditer(r"string: '(.*?)'\n    headers:", path.read_text(encoding="utf-8"), re.DOTALL):
            text = re.sub(r"\n *\n *", "\n", match[1]).replace("''", "'")
            try:
                bodies.append(json.loads(re.sub(r"\n +", " ", text)))
            except ValueError:
                continue
    return bodies
