"""Promises of claims: what speaks for one is found where a claimant cannot write, and an editor decides."""

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from builders import a_record
from readers import NOW, an_actor

from broadsheet.community import Claim, ClaimState, Proof, Role
from broadsheet.core import claiming, papers
from broadsheet.core.claiming import ClaimError
from broadsheet.core.store import store
from broadsheet.errors import NotAllowedError
from broadsheet.library import claims, models
from broadsheet.types import Paging, Paper

pytestmark = [pytest.mark.django_db, pytest.mark.database]

AUTHORS = ("Ada Lovelace", "Bo Babbage")
ORCID = "0000-0002-1825-0097"


def a_stone(name: str = "a", **fields: Any) -> Paper:
    said = {"source": "arxiv", "ids": (f"doi:10.1000/{name}",), "authors": AUTHORS} | fields
    store([a_record(f"A stone of two authors {name}", **said)], now=NOW)
    return papers.paper(f"doi:10.1000/{name}")


def claim(paper: Paper, author: str = "Ada Lovelace", who: str = "ada") -> Claim:
    return claiming.claim(an_actor(who), paper, author, "My page: example.org/ada", now=NOW)


def with_mail(address: str, *, verified: bool = True) -> None:
    EmailAddress.objects.create(user_id=an_actor().key, email=address, verified=verified)


def test_a_claim_waits_and_is_confirmed_and_told() -> None:
    eve, stone = an_actor("eve", Role.EDITOR), a_stone()
    made = claim(stone)
    assert (made.state, made.proof, claiming.confirmed(stone)) == (ClaimState.WAITING, None, {})
    (waiting,), total = claiming.in_state(eve, ClaimState.WAITING, Paging())
    assert (waiting, total) == (made, 1)
    claiming.confirm(eve, made.key, now=NOW)
    assert claiming.confirmed(stone) == {"Ada Lovelace": "ada"}
    assert "You are confirmed as Ada Lovelace" in models.Notification.objects.get(account=made.account).words


def test_a_refused_claim_is_told_with_the_reason_cannot_be_made_again_and_can_be_confirmed_after_all() -> None:
    ada, eve, stone = an_actor(), an_actor("eve", Role.EDITOR), a_stone()
    key = claim(stone).key
    claiming.refuse(eve, key, "Another Ada.", now=NOW)
    assert claiming.own(ada, stone).reason == "Another Ada."  # type: ignore[union-attr]
    assert models.Notification.objects.get(account=ada.key).words.endswith("was refused: Another Ada.")
    with pytest.raises(ClaimError, match="before"):
        claim(stone)
    with pytest.raises(ClaimError, match="refused already"):
        claiming.give_up(ada, key)
    claiming.confirm(eve, key, now=NOW)
    assert claiming.confirmed(stone) == {"Ada Lovelace": "ada"}


def test_one_author_is_one_account_until_the_first_is_refused() -> None:
    eve, stone = an_actor("eve", Role.EDITOR), a_stone()
    first, second = claim(stone), claim(stone, who="bo")
    claiming.confirm(eve, first.key, now=NOW)
    with pytest.raises(ClaimError, match="confirmed as ada already"):
        claiming.confirm(eve, second.key, now=NOW)
    claiming.refuse(eve, first.key, "", now=NOW)
    claiming.confirm(eve, second.key, now=NOW)
    assert claiming.confirmed(stone) == {"Ada Lovelace": "bo"}


def test_a_claim_is_given_up_by_whose_it_is_and_by_nobody_else() -> None:
    stone = a_stone()
    made = claim(stone)
    with pytest.raises(ClaimError, match="no such"):
        claiming.give_up(an_actor("bo"), made.key)
    claiming.give_up(an_actor(), made.key)
    assert claiming.own(an_actor(), stone) is None


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
def test_only_editors_decide(role: Role) -> None:
    made, other = claim(a_stone()), an_actor("other", role)
    for decide in (
        lambda: claiming.confirm(other, made.key, now=NOW),
        lambda: claiming.refuse(other, made.key, "", now=NOW),
        lambda: claiming.in_state(other, ClaimState.WAITING, Paging()),
    ):
        with pytest.raises(NotAllowedError, match="Only an editor"):
            decide()


def test_an_editor_lets_another_one_decide_about_its_own_claim() -> None:
    stone, eve = a_stone(), an_actor("eve", Role.EDITOR)
    made = claiming.claim(eve, stone, "Ada Lovelace", "", now=NOW)
    with pytest.raises(ClaimError, match="another editor"):
        claiming.confirm(eve, made.key, now=NOW)


def test_who_is_no_author_claims_nothing_and_nobody_claims_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "MOST_WAITING", 1)
    with pytest.raises(ClaimError, match="Choose one"):
        claim(a_stone(), "Cy Nobody")
    claim(a_stone())
    with pytest.raises(ClaimError, match="wait for an editor"):
        claim(a_stone("b"))
    with pytest.raises(NotAllowedError):
        claiming.claim(an_actor(banned=True), a_stone(), "Ada Lovelace", "", now=NOW)


@pytest.mark.parametrize(
    ("address", "said", "proof"),
    [
        ("ada@engine.org", "Correspondence: Ada@Engine.org.", Proof.MAIL),
        ("ada@engine.org", "{bo, ada}@engine.org", Proof.MAIL),
        ("ada@engine.org", "ada@engine.org.uk", None),
        ("ada@engine.org", "mada@engine.org", None),
        ("ada.lovelace@engine.org", "bo@engine.org", Proof.MAIL),
        ("ada@engine.org", "bo@engine.org", None),
        ("ada.lovelace@gmail.com", "bo@gmail.com", None),
        ("ada.lovelace@gmail.com", "ada.lovelace@gmail.com", Proof.MAIL),
        ("ada@engine.org", "See https://engine.org", None),
    ],
)
def test_a_verified_mail_address_speaks_if_the_paper_names_it_or_its_domain(
    address: str, said: str, proof: Proof | None
) -> None:
    with_mail(address)
    assert claim(a_stone(comment=said)).proof is proof


def test_an_address_that_is_not_verified_says_nothing() -> None:
    with_mail("ada@engine.org", verified=False)
    assert claim(a_stone(comment="ada@engine.org")).proof is None


@pytest.mark.parametrize("source", ["bibtex", "jsonl", "person", "pasted", "submission"])
def test_what_a_person_can_hand_in_says_nothing_for_a_person(source: str) -> None:
    with_mail("ada@engine.org")
    assert claim(a_stone(source=source, abstract="ada@engine.org")).proof is None


@pytest.mark.parametrize(
    ("orcids", "proof"),
    [({"Ada Lovelace": ORCID}, Proof.ORCID), ({"Bo Babbage": ORCID}, None), ({"Ada Lovelace": ORCID[::-1]}, None)],
)
def test_a_connected_orcid_speaks_if_an_authority_names_it_for_that_author(
    orcids: dict[str, str], proof: Proof | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "orcids", lambda _account: {ORCID})
    assert claim(a_stone(source="crossref", extras={"crossref": {"orcids": orcids}})).proof is proof


def test_a_paper_that_names_an_orcid_in_its_text_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "orcids", lambda _account: {ORCID})
    assert claim(a_stone(abstract=json.dumps({"orcid": ORCID}))).proof is None
