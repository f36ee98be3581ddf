"""Promises of collections: who sees and changes which, what is private does not exist for others, nothing is lost."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from readers import NOW, an_actor, some_papers

from broadsheet import jobs
from broadsheet.community import Access, Actor, Role
from broadsheet.core import collecting, shelving
from broadsheet.core.collecting import BIN, CollectionError, CollectionNotFoundError
from broadsheet.errors import NotAllowedError
from broadsheet.library import models
from broadsheet.types import Paging

pytestmark = [pytest.mark.django_db, pytest.mark.database]

Verb = Callable[[Actor, int], Any]


def the_verbs() -> dict[str, tuple[Access | None, Verb]]:
    """Every verb, and the least access that it needs."""
    stone, other = some_papers(2)
    return {
        "see": (Access.VISITS, lambda actor, key: collecting.collection(key, actor)),
        "add": (Access.EDITS, lambda actor, key: shelving.add(actor, key, [stone], now=NOW)),
        "note": (Access.EDITS, lambda actor, key: shelving.note(actor, key, other, "Heavy.", now=NOW)),
        "move": (Access.EDITS, lambda actor, key: shelving.move(actor, key, other, 1, now=NOW)),
        "remove": (Access.EDITS, lambda actor, key: shelving.remove(actor, key, other, now=NOW)),
        "describe": (Access.OWNS, lambda actor, key: collecting.describe(actor, key, "Stones", "", now=NOW)),
        "publish": (Access.OWNS, lambda actor, key: collecting.publish(actor, key, now=NOW)),
        "unpublish": (Access.OWNS, lambda actor, key: collecting.unpublish(actor, key, now=NOW)),
        "share": (Access.OWNS, lambda actor, key: collecting.share(actor, key, "zoe", edits=True, now=NOW)),
        "unshare another": (
            Access.OWNS,
            lambda actor, key: collecting.unshare(actor, key, an_actor("zoe").key),
        ),
        "renew the secret": (Access.OWNS, collecting.renew_secret),
        "delete": (Access.OWNS, lambda actor, key: collecting.delete(actor, key, now=NOW)),
    }


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", ["owner", "editor", "reader", "stranger"])
def test_each_verb_asks_for_what_it_needs_and_what_is_private_does_not_exist_for_strangers(
    who: str, public: bool
) -> None:
    owner, editor, reader, stranger = (an_actor(name) for name in ("owner", "editor", "reader", "stranger"))
    an_actor("zoe")
    access = {"owner": Access.OWNS, "editor": Access.EDITS, "reader": Access.READS}.get(
        who, Access.VISITS if public else None
    )
    actor = {"owner": owner, "editor": editor, "reader": reader, "stranger": stranger}[who]
    for name, (needed, verb) in the_verbs().items():
        made = collecting.make(owner, "Stones", public=public, now=NOW)
        shelving.add(owner, made.key, some_papers(2)[1:], now=NOW)
        collecting.share(owner, made.key, "editor", edits=True, now=NOW)
        collecting.share(owner, made.key, "reader", edits=False, now=NOW)
        if access is None:
            with pytest.raises(CollectionNotFoundError):
                verb(actor, made.key)
        elif needed is not None and access < needed:
            with pytest.raises(NotAllowedError):
                verb(actor, made.key)
        else:
            verb(actor, made.key)
            if name != "delete":
                assert collecting.collection(made.key, actor).access == access


def test_who_is_banned_only_reads_and_takes_back() -> None:
    ada = an_actor()
    made = collecting.make(ada, "Stones", public=True, now=NOW)
    banned = an_actor(banned=True)
    taking_back = {"see", "unpublish", "unshare another", "delete"}
    for name, (_, verb) in the_verbs().items():
        if name not in taking_back:
            with pytest.raises(NotAllowedError, match="only read"):
                verb(banned, made.key)
    an_actor("zoe")
    for name, (_, verb) in the_verbs().items():
        if name in taking_back:
            verb(banned, made.key)
    assert collecting.in_bin(ada)[0].public is False


def test_a_private_collection_and_one_that_does_not_exist_answer_the_same() -> None:
    ada, bo = an_actor("ada"), an_actor("bo")
    made = collecting.make(ada, "Stones", now=NOW)
    said = []
    for key in (made.key, made.key + 1000):
        for ask in (
            lambda key: collecting.collection(key, bo),
            lambda key: collecting.collection(key, None),
            lambda key: collecting.opened(key, ""),
            lambda key: collecting.delete(bo, key, now=NOW),
            lambda key: collecting.restore(bo, key, now=NOW),
            lambda key: collecting.destroy(bo, key),
        ):
            with pytest.raises(CollectionNotFoundError) as told:
                ask(key)
            said.append(str(told.value))
    assert len(set(said)) == 1


def test_what_is_deleted_is_gone_for_everybody_and_comes_back_as_it_was() -> None:
    ada, bo = an_actor("ada"), an_actor("bo")
    made = collecting.make(ada, "Stones", "To carry.", public=True, now=NOW)
    shelving.add(ada, made.key, some_papers(3), now=NOW)
    collecting.share(ada, made.key, "bo", edits=False, now=NOW)
    before = collecting.collection(made.key, bo)
    collecting.delete(ada, made.key, now=NOW)
    for actor in (ada, bo, None):
        with pytest.raises(CollectionNotFoundError):
            collecting.collection(made.key, actor)
    assert (collecting.of_account(ada), collecting.of_account(bo)) == ([], [])
    assert [each.title for each in collecting.in_bin(ada)] == ["Stones"]
    assert collecting.in_bin(bo) == []
    collecting.restore(ada, made.key, now=NOW)
    assert collecting.collection(made.key, bo) == before
    assert len(shelving.every(before)) == 3


def test_the_bin_keeps_for_thirty_days_and_no_longer() -> None:
    ada = an_actor()
    early, late, kept = (collecting.make(ada, title, now=NOW).key for title in ("Early", "Late", "Kept"))
    collecting.delete(ada, early, now=NOW - BIN - timedelta(seconds=1))
    collecting.delete(ada, late, now=NOW - BIN + timedelta(seconds=1))
    assert collecting.empty_bin(now=NOW) == 1
    assert [each.key for each in collecting.in_bin(ada)] == [late]
    collecting.destroy(ada, late)
    assert set(models.Collection.objects.values_list("pk", flat=True)) == {kept}


def test_a_collection_that_is_not_in_the_bin_is_not_destroyed() -> None:
    ada = an_actor()
    made = collecting.make(ada, "Stones", now=NOW)
    with pytest.raises(CollectionNotFoundError):
        collecting.destroy(ada, made.key)
    assert collecting.collection(made.key, ada) == made


def test_sharing_is_told_by_name_changed_by_saying_it_again_and_ended_by_either_side() -> None:
    ada, bo = an_actor("ada"), an_actor("bo")
    made = collecting.make(ada, "Stones", now=NOW)
    for edits, access in ((False, Access.READS), (True, Access.EDITS)):
        collecting.share(ada, made.key, " bo ", edits=edits, now=NOW)
        assert collecting.collection(made.key, bo).access is access
    assert [(one.name, one.edits) for one in collecting.members(bo, made.key)] == [("bo", True)]
    collecting.unshare(bo, made.key, bo.key)
    with pytest.raises(CollectionNotFoundError):
        collecting.collection(made.key, bo)
    collecting.share(ada, made.key, "bo", edits=True, now=NOW)
    collecting.unshare(ada, made.key, bo.key)
    assert collecting.members(ada, made.key) == []


@pytest.mark.parametrize(("name", "said"), [("nobody", "No account"), ("ada", "its owner"), ("", "No account")])
def test_who_cannot_be_shared_with_is_told(name: str, said: str) -> None:
    ada = an_actor()
    made = collecting.make(ada, "Stones", now=NOW)
    with pytest.raises(CollectionError, match=said):
        collecting.share(ada, made.key, name, edits=True, now=NOW)


def test_visitors_do_not_learn_who_has_a_part_in_a_public_collection() -> None:
    ada, bo = an_actor("ada"), an_actor("bo")
    made = collecting.make(ada, "Stones", public=True, now=NOW)
    collecting.share(ada, made.key, "bo", edits=True, now=NOW)
    assert collecting.members(an_actor("cy"), made.key) == []
    assert len(collecting.members(bo, made.key)) == 1


def test_the_secret_opens_a_private_collection_until_it_is_renewed_and_only_its_owner_knows_it() -> None:
    ada, bo = an_actor("ada"), an_actor("bo")
    made = collecting.make(ada, "Stones", now=NOW)
    collecting.share(ada, made.key, "bo", edits=True, now=NOW)
    old = collecting.secret(ada, made.key)
    assert collecting.secret(bo, made.key) == ""
    assert collecting.opened(made.key, old).title == "Stones"
    fresh = collecting.renew_secret(ada, made.key)
    assert collecting.opened(made.key, fresh).title == "Stones"
    for wrong in (old, "", fresh[:-1], fresh + "x", "ü", "\udcff".encode("utf-8", "replace").decode()):
        with pytest.raises(CollectionNotFoundError):
            collecting.opened(made.key, wrong)
    collecting.delete(ada, made.key, now=NOW)
    with pytest.raises(CollectionNotFoundError):
        collecting.opened(made.key, fresh)


def test_an_editor_of_the_paper_makes_a_public_collection_private_and_its_owner_is_told_why() -> None:
    ada, eve = an_actor("ada"), an_actor("eve", Role.EDITOR)
    made = collecting.make(ada, "Stones", public=True, now=NOW)
    with pytest.raises(NotAllowedError):
        collecting.unpublish(an_actor("bo"), made.key, now=NOW)
    collecting.unpublish(eve, made.key, "It advertises.", now=NOW)
    assert not collecting.collection(made.key, ada).public
    (told,) = models.Notification.objects.filter(account=ada.key)
    assert "“Stones” was made private by an editor: It advertises." in told.words
    with pytest.raises(CollectionNotFoundError):
        collecting.collection(made.key, eve)


def test_public_collections_are_listed_latest_changed_first_without_empty_ones() -> None:
    ada = an_actor()
    keys = [collecting.make(ada, f"Stones {n}", public=n != 1, now=NOW).key for n in range(4)]
    for hour, key in enumerate(keys[:3]):
        shelving.add(ada, key, some_papers(1), now=NOW + timedelta(hours=hour))
    found = collecting.public(None, Paging(1, 1))
    assert (found.total, [each.title for each in found.collections]) == (2, ["Stones 2"])
    assert [each.title for each in collecting.public(None, Paging(2, 1)).collections] == ["Stones 0"]


@pytest.mark.parametrize("title", ["", " \n ", "\x00\x1f"])
def test_a_collection_without_a_name_is_not_made(title: str) -> None:
    with pytest.raises(CollectionError, match="needs a name"):
        collecting.make(an_actor(), title, now=NOW)


def test_names_and_descriptions_lose_what_no_feed_can_carry_and_stay_within_bounds() -> None:
    ada = an_actor()
    made = collecting.make(ada, "Sto\x00nes\n and " + "x" * 300, "One\r\ntwo\x0b" + "y" * 9000, now=NOW)
    assert made.title.startswith("Stones and x")
    assert len(made.title) == collecting.LONGEST_TITLE
    assert made.about.startswith("One\ntwoy")
    assert len(made.about) == collecting.LONGEST_ABOUT


def test_an_account_makes_no_flood_of_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "MOST", 2)
    ada = an_actor()
    for title in ("One", "Two"):
        collecting.make(ada, title, now=NOW)
    with pytest.raises(CollectionError, match="Delete one"):
        collecting.make(ada, "Three", now=NOW)


def test_the_background_work_empties_the_bin() -> None:
    ada = an_actor()
    collecting.delete(ada, collecting.make(ada, "Stones", now=NOW).key, now=datetime.now(UTC) - BIN * 2)
    assert jobs.tidy(threading.Event()) == "1 collections left the bin"
    assert jobs.tidy(threading.Event()) == ""
    assert jobs.tidy in {step.run for step in jobs.STEPS}
