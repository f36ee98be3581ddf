"""Promises of the pages of submissions and claims, to submitters, claimants and editors; and of what phones share."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from builders import a_record
from django.contrib.staticfiles import finders
from django.test import Client
from readers import signed_in, text

from broadsheet.community import Role
from broadsheet.library import models

pytestmark = pytest.mark.django_db

STONE = a_record(
    "A stone that is here", ids=("arxiv:2603.00007",), authors=("Ada Lovelace", "Bo Babbage"), abstract="Heavy."
)
PAGE = "/papers/arxiv:2603.00007"


@pytest.fixture
def eve() -> Client:
    return signed_in("eve", Role.EDITOR)


class TestSubmissions:
    @pytest.fixture(autouse=True)
    def waiting(self, settings: Any, library: Callable[..., None]) -> None:
        settings.SUBMISSIONS = "nod"
        library(STONE)
        done = signed_in().post("/submit", {"paper": "2603.00007", "why": "Read <b>it</b>."}, follow=True)
        assert "It waits for an editor&#x27;s nod" in done.content.decode()

    def test_what_waits_is_shown_to_editors_and_to_whose_it_is_and_to_nobody_else(
        self, client: Client, eve: Client
    ) -> None:
        assert "A stone that is here" not in text(client, "/")
        for reader in (client, signed_in("bo")):
            assert "Read &lt;b&gt;" not in text(reader, PAGE)
        assert "it waits for an editor's nod" in text(signed_in(), PAGE)
        assert "Read &lt;b&gt;it&lt;/b&gt;." in text(eve, "/submissions")
        assert "waits for an editor" in text(signed_in(), "/submissions/mine")
        text(signed_in("bo"), "/submissions", 403)
        assert client.get("/submissions").status_code == 302

    def test_an_editor_accepts_it_and_it_is_on_the_front_page(self, client: Client, eve: Client) -> None:
        (key,) = models.Submission.objects.values_list("pk", flat=True)
        assert signed_in("bo").post(f"/submissions/{key}/accept").status_code == 403
        eve.post(f"/submissions/{key}/accept")
        assert "A stone that is here" in text(client, "/")
        assert "Read &lt;b&gt;it&lt;/b&gt;." in text(client, PAGE)
        assert "Nothing waits" in text(eve, "/submissions")
        assert "A stone that is here" in text(eve, "/submissions?state=shown")
        assert "is shown already" in eve.post(f"/submissions/{key}/accept", follow=True).content.decode()

    def test_an_editor_refuses_it_and_its_submitter_reads_why(self, eve: Client) -> None:
        (key,) = models.Submission.objects.values_list("pk", flat=True)
        eve.post(f"/submissions/{key}/refuse", {"reason": "Off <topic>."})
        assert "An editor says: Off &lt;topic&gt;." in text(signed_in(), "/submissions/mine")
        assert "was refused: Off &lt;topic&gt;." in text(signed_in(), PAGE)
        done = signed_in().post("/submit", {"paper": "2603.00007"}, follow=True)
        assert "An editor has refused this paper" in done.content.decode()

    def test_it_is_withdrawn_by_whose_it_is(self) -> None:
        (key,) = models.Submission.objects.values_list("pk", flat=True)
        signed_in("bo").post(f"/submissions/{key}/withdraw")
        assert models.Submission.objects.exists()
        assert "It is withdrawn." in signed_in().post(f"/submissions/{key}/withdraw", follow=True).content.decode()
        assert not models.Submission.objects.exists()

    def test_only_what_is_meant_is_done_and_only_by_a_form(self, eve: Client) -> None:
        (key,) = models.Submission.objects.values_list("pk", flat=True)
        assert eve.post(f"/submissions/{key}/praise").status_code == 404
        assert eve.get(f"/submissions/{key}/accept").status_code == 405
        assert "no such submission" in eve.post("/submissions/999/accept", follow=True).content.decode()

    def test_many_that_wait_take_few_statements(
        self, eve: Client, library: Callable[..., None], settings: Any, django_assert_max_num_queries: Any
    ) -> None:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}  # no limit of haste
        library(*(a_record(f"Stone number {n} of many", ids=(f"doi:10.1000/{n}",)) for n in range(20)))
        for n in range(20):
            signed_in().post("/submit", {"paper": f"10.1000/{n}"})
        with django_assert_max_num_queries(7):
            assert text(eve, "/submissions").count("Accept") == 21


def test_a_duplicate_leads_to_the_page_that_is_there_and_says_so(library: Callable[..., None]) -> None:
    library(STONE)
    for words in ("It is on today&#x27;s front page.", "It has stood on the front page of"):
        done = signed_in().post("/submit", {"paper": "https://arxiv.org/pdf/2603.00007v3"}, follow=True)
        assert done.redirect_chain == [(PAGE, 302)]
        assert words in done.content.decode()


class TestSharing:
    def test_what_a_phone_shares_fills_in_the_form_and_is_understood(self, library: Callable[..., None]) -> None:
        library(STONE)
        shared = {"title": "arXiv", "text": "Look: https://arxiv.org/abs/2603.00007 fine!", "url": ""}
        html = signed_in().get("/submit", shared).content.decode()
        (filled,) = re.findall(r'name="paper" value="([^"]*)"', html)
        assert filled == shared["text"]
        assert signed_in().post("/submit", {"paper": filled}).headers["Location"] == PAGE

    def test_the_manifest_names_pictures_that_exist_in_their_sizes_and_where_shared_pages_go(
        self, client: Client
    ) -> None:
        response = client.get("/manifest.webmanifest")
        assert response.headers["Content-Type"] == "application/manifest+json"
        told = json.loads(response.content)
        assert told["share_target"]["action"] == "/submit"
        sizes = set()
        for icon in told["icons"]:
            with open(str(finders.find(icon["src"].removeprefix("/static/"))), "rb") as file:  # noqa: PTH123
                head = file.read(24)
            if icon["type"] == "image/png":
                width, height = (int.from_bytes(head[at : at + 4]) for at in (16, 20))
                assert icon["sizes"] == f"{width}x{height}"
                sizes.add(width)
        assert sizes == {192, 512}

    def test_every_page_names_the_manifest_and_the_policy_lets_it_load(self, client: Client) -> None:
        response = client.get("/")
        assert '<link rel="manifest" href="/manifest.webmanifest">' in response.content.decode()
        assert "manifest-src 'self'" in response.headers["Content-Security-Policy"]

    def test_the_bookmark_can_be_dragged_and_leads_here(self, settings: Any) -> None:
        settings.SITE_URL = "https://papers.example.org"
        html = signed_in().get("/submit").content.decode()
        (address,) = re.findall(r'class="drag"[^>]* href="([^"]*)"', html)
        assert address.startswith("javascript:location='https")
        assert "papers.example.org/submit?paper='+encodeURIComponent(location)" in address


class TestClaims:
    @pytest.fixture(autouse=True)
    def stone(self, library: Callable[..., None]) -> None:
        library(STONE)

    def test_an_author_claims_a_paper_and_is_named_beside_it_once_an_editor_has_confirmed(
        self, client: Client, eve: Client
    ) -> None:
        ada = signed_in()
        assert "claim this paper" in text(ada, PAGE)
        assert "claim this paper" not in text(client, PAGE)
        assert "<option>Bo Babbage</option>" in text(ada, "/claim/arxiv:2603.00007")
        ada.post("/claim/arxiv:2603.00007", {"author": "Ada Lovelace", "words": "My <page>."})
        assert "an editor has yet to look at it" in text(ada, PAGE)
        assert "on Broadsheet" not in text(client, PAGE)
        html = text(eve, "/claims")
        assert "ada says: I am Ada Lovelace" in html
        assert "My &lt;page&gt;." in html
        assert "nothing speaks for it by itself" in html
        (key,) = models.Claim.objects.values_list("pk", flat=True)
        assert signed_in("bo").post(f"/claims/{key}/confirm").status_code == 403
        eve.post(f"/claims/{key}/confirm")
        assert re.search(r"Ada Lovelace</a> <span[^>]*>on Broadsheet: ada</span>", text(client, PAGE))
        eve.post(f"/claims/{key}/refuse", {"reason": "Another Ada."})
        assert "on Broadsheet" not in text(client, PAGE)
        assert "refused: Another Ada." in text(ada, PAGE)

    def test_a_claim_is_taken_back(self) -> None:
        ada = signed_in()
        ada.post("/claim/arxiv:2603.00007", {"author": "Ada Lovelace"})
        (key,) = models.Claim.objects.values_list("pk", flat=True)
        signed_in("bo").post(f"/claims/{key}/give-up")
        assert models.Claim.objects.exists()
        ada.post(f"/claims/{key}/give-up")
        assert not models.Claim.objects.exists()

    def test_a_wrong_author_is_told_and_the_words_are_kept(self) -> None:
        answer = signed_in().post("/claim/arxiv:2603.00007", {"author": "Cy", "words": "My page."})
        assert answer.status_code == 422
        assert "My page.</textarea>" in answer.content.decode()
        assert not models.Claim.objects.exists()

    def test_claims_are_for_editors_and_what_is_unknown_is_not_done(self, client: Client, eve: Client) -> None:
        text(signed_in(), "/claims", 403)
        assert client.get("/claims").status_code == 302
        assert eve.post("/claims/1/praise").status_code == 404
        assert "no such claim" in eve.post("/claims/999/confirm", follow=True).content.decode()
        assert text(eve, "/claims").count("No claim waits") == 1


def test_strangers_are_asked_to_sign_in_before_they_decide(client: Client) -> None:
    assert client.post("/submissions/1/accept").headers["Location"].startswith("/accounts/login/")
