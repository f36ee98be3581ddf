"""Promises of discussions: counted right, changed by whom it is theirs to change, and told to whom it concerns."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readers import a_stored_paper, an_actor
from running import LIBRARY, environment, said_by

from broadsheet.community import Act, Actor, Comment, Role
from broadsheet.core import discussing, flagging, moderating, notices, papers, splitting, threads, trending, weighing
from broadsheet.core.discussing import DiscussionError
from broadsheet.core.moderating import DecisionError
from broadsheet.errors import CommentNotFoundError, NotAllowedError
from broadsheet.library import models
from broadsheet.markdown import LONGEST
from broadsheet.rank.trending import Formula
from broadsheet.rank.trust import AT_MOST, SETTLED
from broadsheet.types import Paging, Paper

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FORMULA = Formula(weights={"voices": 1.0})


def say(actor: Actor, paper: Paper, text: str = "Heavy.", parent: Comment | None = None, later: int = 0) -> Comment:
    key = parent.key if parent else None
    return discussing.comment(actor, paper, text, FORMULA, now=NOW + later * MINUTE, parent=key)


def shown(paper: Paper, viewer: Actor | None = None) -> list[tuple[int, str]]:
    return [(one.depth, one.comment.text) for one in threads.thread(paper.key, viewer).said]


def told(actor: Actor) -> list[tuple[str, str]]:
    several, _ = notices.notices(actor, Paging())
    return [(notice.kind, notice.by) for notice in several]


@pytest.mark.django_db
@pytest.mark.database
class TestSpeaking:
    def test_a_comment_stands_below_what_it_replies_to_and_is_counted(self) -> None:
        ada, bo, stone = an_actor(), an_actor("bo"), a_stored_paper()
        first = say(ada, stone, "Heavy.")
        say(bo, stone, "Round, too.", later=1)
        reply = say(bo, stone, "How heavy?", first, later=2)
        say(ada, stone, "Very.", reply, later=3)
        assert shown(stone) == [(0, "Heavy."), (1, "How heavy?"), (2, "Very."), (0, "Round, too.")]
        assert papers.paper(stone.paper_id).comments == 4

    def test_replies_nest_to_any_depth(self) -> None:
        ada, stone = an_actor(), a_stored_paper()
        above: Comment | None = None
        for depth in range(1100):
            above = Comment(
                key=models.Comment.objects.create(
                    paper_id=stone.key, account_id=ada.key, parent_id=above.key if above else None, text=str(depth), at=NOW
                ).pk,
                paper=stone.key, parent=None, account=ada.key, by="ada", text="", at=NOW,
            )  # fmt: skip
        say(ada, stone, "the deepest", above)
        assert shown(stone)[-1] == (1100, "the deepest")
        models.Paper.objects.filter(key=stone.key).delete()
        assert not models.Comment.objects.exists()

    def test_a_button_pressed_twice_is_one_comment(self) -> None:
        ada, stone = an_actor(), a_stored_paper()
        first = say(ada, stone)
        assert say(ada, stone, later=1).key == first.key
        assert say(ada, stone, later=60).key != first.key
        assert papers.paper(stone.paper_id).comments == 2

    @pytest.mark.parametrize(
        ("text", "why"), [("", "nothing"), (" \r\n\x00\t ", "nothing"), ("x" * (LONGEST + 1), "10,001 characters")]
    )
    def test_what_says_nothing_or_too_much_is_refused_in_words(self, text: str, why: str) -> None:
        ada, stone = an_actor(), a_stored_paper()
        with pytest.raises(DiscussionError, match=why):
            say(ada, stone, text)
        assert papers.paper(stone.paper_id).comments == 0

    def test_a_text_is_kept_as_written_but_for_line_ends_and_what_no_database_takes(self) -> None:
        ada, stone = an_actor(), a_stored_paper()
        assert say(ada, stone, "\r\n    a < b\r\n\x00&amp; 𝕏 \n").text == "    a < b\n&amp; 𝕏"

    def test_a_reply_to_what_is_about_another_paper_or_gone_is_refused(self) -> None:
        ada, stone, other = an_actor(), a_stored_paper(), a_stored_paper("doi:10.1000/x", "Another stone")
        first = say(ada, other)
        with pytest.raises(CommentNotFoundError):
            say(ada, stone, "Where?", first)
        discussing.take_back(ada, first.key, now=NOW)
        with pytest.raises(CommentNotFoundError):
            say(ada, other, "Where?", first)

    def test_papers_that_become_one_have_the_comments_of_both(self) -> None:
        ada, one, other = an_actor(), a_stored_paper(), a_stored_paper("doi:10.1000/x", "Another stone")
        say(ada, one)
        say(ada, other, "Light.", say(ada, other))
        splitting.join(one, other, now=NOW)
        assert papers.paper(one.paper_id).comments == 3


@pytest.mark.django_db
@pytest.mark.database
class TestChanging:
    def test_an_edit_keeps_what_was_said_before_and_the_same_words_are_no_edit(self) -> None:
        ada, stone = an_actor(), a_stored_paper()
        said = say(ada, stone, "Haevy.")
        assert discussing.edit(ada, said.key, "Haevy.", now=NOW).edited_at is None
        discussing.edit(ada, said.key, "Heavy.", now=NOW + MINUTE)
        discussing.edit(ada, said.key, "Very heavy.", now=NOW + 2 * MINUTE)
        now, before = threads.history(said.key, None)
        assert now.comment.text == "Very heavy."
        assert before == [("Haevy.", NOW + MINUTE), ("Heavy.", NOW + 2 * MINUTE)]

    def test_what_an_author_takes_back_is_gone_for_everybody_and_its_place_stays_while_there_are_replies(self) -> None:
        ada, bo, stone, eve = an_actor(), an_actor("bo"), a_stored_paper(), an_actor("eve", Role.EDITOR)
        first = say(ada, stone, "My password is stone.")
        discussing.edit(ada, first.key, "Nothing.", now=NOW)
        reply = say(bo, stone, "@ada Careful!", first)
        assert discussing.take_back(ada, first.key, now=NOW) == first.key
        assert shown(stone, eve) == [(0, ""), (1, "@ada Careful!")]
        assert not models.CommentVersion.objects.exists()
        assert papers.paper(stone.paper_id).comments == 1
        with pytest.raises(DiscussionError, match="No editor removed"):
            discussing.restore(eve, first.key, "", FORMULA, now=NOW)
        assert discussing.take_back(bo, reply.key, now=NOW) is None
        assert shown(stone) == []
        assert not models.Comment.objects.exists()

    def test_what_an_editor_removes_only_editors_read_and_it_comes_back_as_it_was(self) -> None:
        ada, eve, stone = an_actor(), an_actor("eve", Role.EDITOR), a_stored_paper()
        said = say(ada, stone, "Buy stones!")
        before = threads.thread(stone.key, ada)
        flagging.flag(an_actor("bo"), said, "spam", "", now=NOW)
        discussing.remove(eve, said.key, "An advertisement.", FORMULA, now=NOW)
        (one,) = threads.thread(stone.key, ada).said
        assert (one.comment.text, one.reason) == ("", "An advertisement.")
        assert shown(stone, eve) == [(0, "Buy stones!")]
        assert papers.paper(stone.paper_id).comments == 0
        assert not models.Flag.objects.filter(decision=None).exists()
        with pytest.raises(CommentNotFoundError):
            threads.history(said.key, ada)
        discussing.restore(eve, said.key, "It was none.", FORMULA, now=NOW)
        assert threads.thread(stone.key, ada) == before
        assert papers.paper(stone.paper_id).comments == 1
        log = models.Decision.objects.order_by("pk").values_list("verb", "subject", "title", "reason", "undone_by")
        assert list(log) == [
            ("removed a comment", f"comment:{said.key}", "ada on A stone to vote for", "An advertisement.", eve.key),
            ("put a comment back", f"comment:{said.key}", "ada on A stone to vote for", "It was none.", None),
        ]
        assert told(ada) == [("decision", ""), ("decision", "")]

    def test_an_editor_gives_a_reason_and_removes_nothing_twice(self) -> None:
        ada, eve, stone = an_actor(), an_actor("eve", Role.EDITOR), a_stored_paper()
        said = say(ada, stone)
        with pytest.raises(DiscussionError, match="Say why"):
            discussing.remove(eve, said.key, " ", FORMULA, now=NOW)
        discussing.remove(eve, said.key, "Off topic.", FORMULA, now=NOW)
        with pytest.raises(DiscussionError, match="already"):
            discussing.remove(eve, said.key, "Off topic.", FORMULA, now=NOW)
        with pytest.raises(DiscussionError, match="cannot be edited"):
            discussing.edit(ada, said.key, "On topic.", now=NOW)

    def test_in_a_locked_discussion_nobody_says_or_edits_anything_until_it_is_unlocked(self) -> None:
        ada, eve, stone = an_actor(), an_actor("eve", Role.EDITOR), a_stored_paper()
        said = say(ada, stone)
        discussing.lock(eve, stone, "It is settled.", now=NOW)
        assert threads.thread(stone.key, None).lock == "It is settled."
        several: list[Callable[[], object]] = [
            lambda: say(ada, stone, "One more thing"),
            lambda: say(eve, stone, "And another"),
            lambda: say(ada, stone, "Below", said),
            lambda: discussing.edit(ada, said.key, "Other words", now=NOW),
        ]
        for again in several:
            with pytest.raises(DiscussionError, match="It is settled"):
                again()
        discussing.unlock(eve, stone, "", now=NOW)
        say(ada, stone, "One more thing")

    def test_a_locked_discussion_stays_locked_when_the_paper_becomes_another(self) -> None:
        eve, stone, other = (
            an_actor("eve", Role.EDITOR),
            a_stored_paper(),
            a_stored_paper("doi:10.1000/2", "Another stone"),
        )
        discussing.lock(eve, stone, "It is settled.", now=NOW)
        key = splitting.join(stone, other, now=NOW)
        assert threads.thread(key, None).lock == "It is settled."

    def test_below_a_locked_comment_nothing_is_said_at_any_depth_and_beside_it_everything(self) -> None:
        ada, eve, stone = an_actor(), an_actor("eve", Role.EDITOR), a_stored_paper()
        first = say(ada, stone)
        deep = say(ada, stone, "Deeper", say(ada, stone, "Deep", first))
        discussing.lock_thread(eve, first.key, "It goes in circles.", now=NOW)
        for above in (first, deep):
            with pytest.raises(DiscussionError, match="this part"):
                say(ada, stone, "Deepest", above)
        assert all(one.locked for one in threads.thread(stone.key, None).said)
        say(ada, stone, "Beside it")
        discussing.unlock_thread(eve, first.key, "", now=NOW)
        say(ada, stone, "Deepest", deep)
        log = models.Decision.objects.order_by("pk").values_list("verb", flat=True)
        assert list(log) == [Act.LOCK_THREAD, Act.UNLOCK_THREAD]

    def test_what_editors_decided_can_be_undone_from_the_log(self) -> None:
        ada, eve, stone = an_actor(), an_actor("eve", Role.EDITOR), a_stored_paper()
        said = say(ada, stone)
        before = threads.thread(stone.key, None)
        discussing.remove(eve, said.key, "Spam.", FORMULA, now=NOW)
        discussing.lock_thread(eve, said.key, "Enough.", now=NOW)
        discussing.lock(eve, stone, "Enough.", now=NOW)
        for number in models.Decision.objects.order_by("-pk").values_list("pk", flat=True):
            moderating.undo(eve, number, FORMULA, now=NOW)
        assert threads.thread(stone.key, None) == before
        assert papers.paper(stone.paper_id).comments == 1
        discussing.remove(eve, said.key, "Spam.", FORMULA, now=NOW)
        discussing.take_back(ada, said.key, now=NOW)
        (number,) = models.Decision.objects.filter(undone_at=None).values_list("pk", flat=True)
        with pytest.raises(DecisionError, match="is gone"):
            moderating.undo(eve, number, FORMULA, now=NOW)

    def test_an_account_that_is_deleted_leaves_the_places_of_its_comments_without_their_text(self) -> None:
        ada, bo, stone = an_actor(), an_actor("bo"), a_stored_paper()
        say(bo, stone, "Why?", say(ada, stone, "Heavy."))
        models.Account.objects.get(pk=ada.key).delete()
        assert shown(stone, bo) == [(0, ""), (1, "Why?")]


@pytest.mark.django_db
@pytest.mark.database
class TestTelling:
    def test_who_is_replied_to_and_who_is_named_is_told_once_and_nobody_of_itself(self) -> None:
        ada, bo, cy, stone = an_actor(), an_actor("bo"), an_actor("Cy"), a_stored_paper()
        first = say(ada, stone, "@ada @bo what do you think, `@nobody`?")
        said = say(bo, stone, "Ask @cy, @ADA, and again @cy. \\@bo @unknown", first)
        assert (told(ada), told(bo), told(cy)) == ([("reply", "bo")], [("mention", "ada")], [("mention", "bo")])
        discussing.edit(bo, said.key, "Ask @cy, @ada.", now=NOW)
        assert (len(told(ada)), len(told(cy))) == (1, 1)

    def test_whom_an_edit_names_anew_is_told_and_of_many_only_ten(self) -> None:
        ada, stone = an_actor(), a_stored_paper()
        several = [an_actor(f"reader{number}") for number in range(15)]
        said = say(ada, stone, "Hello")
        discussing.edit(ada, said.key, " ".join(f"@{one.name}" for one in several[:8]), now=NOW)
        discussing.edit(ada, said.key, " ".join(f"@{one.name}" for one in several), now=NOW)
        assert sum(len(told(one)) for one in several) == notices.MENTIONED
        assert all(told(one) for one in several[:8])

    def test_what_was_removed_is_not_told_any_more(self) -> None:
        ada, bo, eve, stone = an_actor(), an_actor("bo"), an_actor("eve", Role.EDITOR), a_stored_paper()
        said = say(ada, stone, "@bo!")
        assert notices.unread(bo.key) == 1
        discussing.remove(eve, said.key, "Rude.", FORMULA, now=NOW)
        assert (notices.unread(bo.key), told(bo)) == (0, [])

    def test_unread_notices_come_first_and_reading_one_or_all_is_noted(self) -> None:
        ada, bo, stone = an_actor(), an_actor("bo"), a_stored_paper()
        keys = [say(ada, stone, f"@bo, {number}", later=number).key for number in range(3)]
        page, number = notices.notices(bo, Paging())
        assert (number, [notice.comment for notice in page]) == (3, keys[::-1])
        assert notices.read(bo, page[0].key, now=NOW) == keys[2]
        assert notices.read(ada, page[1].key, now=NOW) is None
        assert [notice.comment for notice in notices.notices(bo, Paging())[0]] == [keys[1], keys[0], keys[2]]
        notices.read(bo, None, now=NOW)
        assert notices.unread(bo.key) == 0


def gains(paper: Paper) -> list[float]:
    rows = models.Gain.objects.filter(paper=paper.key, kind__endswith=trending.VOICES).order_by("pk")
    return list(rows.values_list("after", flat=True))


@pytest.mark.django_db
@pytest.mark.database
class TestTrending:
    def test_every_account_that_speaks_counts_once_however_much_it_says(self) -> None:
        ada, bo, stone = an_actor(), an_actor("bo"), a_stored_paper()
        for number in range(10):
            say(ada, stone, f"{number} stones")
        say(bo, stone)
        assert gains(stone) == [1, 2]
        (rising,) = trending.trending(Paging(), FORMULA, now=NOW).rising
        assert rising.paper.paper_id == stone.paper_id

    def test_accounts_that_were_just_made_count_little_together(self) -> None:
        stone = a_stored_paper()
        for number in range(20):
            say(an_actor(f"ring{number}", trust=None, date_joined=NOW), stone)
        assert gains(stone)[-1] == AT_MOST

    def test_what_an_editor_removes_counts_nothing_and_counts_again_when_it_is_put_back(self) -> None:
        ada, bo, eve, stone = an_actor(), an_actor("bo"), an_actor("eve", Role.EDITOR), a_stored_paper()
        say(ada, stone)
        said = say(bo, stone, later=1)
        before = models.Heat.objects.get(paper=stone.key).value
        discussing.remove(eve, said.key, "Spam.", FORMULA, now=NOW)
        assert gains(stone) == [1]
        discussing.restore(eve, said.key, "", FORMULA, now=NOW)
        assert gains(stone) == [1, 2]
        assert models.Heat.objects.get(paper=stone.key).value == pytest.approx(before)

    def test_an_account_whose_votes_count_nothing_counts_nothing_when_it_speaks(self) -> None:
        ada, stone = an_actor(), a_stored_paper()
        say(ada, stone)
        weighing.trust(ada.key, 0.0, FORMULA, by=an_actor("eve", Role.EDITOR), now=NOW)
        assert gains(stone) == []

    def test_a_settled_account_counts_in_full(self) -> None:
        ada, stone = an_actor(trust=None), a_stored_paper()
        models.Account.objects.update(date_joined=NOW - timedelta(days=SETTLED))
        say(ada, stone)
        assert gains(stone) == [1]


VERBS: dict[str, Callable[[Actor, Comment, Paper], object]] = {
    "comment": lambda actor, said, paper: say(actor, paper, "Another."),
    "reply": lambda actor, said, paper: say(actor, paper, "Another.", said),
    "edit": lambda actor, said, paper: discussing.edit(actor, said.key, "Other words.", now=NOW),
    "take back": lambda actor, said, paper: discussing.take_back(actor, said.key, now=NOW),
    "remove": lambda actor, said, paper: discussing.remove(actor, said.key, "Why.", FORMULA, now=NOW),
    "restore": lambda actor, said, paper: discussing.restore(actor, said.key, "Why.", FORMULA, now=NOW),
    "lock thread": lambda actor, said, paper: discussing.lock_thread(actor, said.key, "Why.", now=NOW),
    "unlock thread": lambda actor, said, paper: discussing.unlock_thread(actor, said.key, "Why.", now=NOW),
    "lock": lambda actor, said, paper: discussing.lock(actor, paper, "Why.", now=NOW),
    "unlock": lambda actor, said, paper: discussing.unlock(actor, paper, "Why.", now=NOW),
    "flag paper": lambda actor, said, paper: flagging.flag(actor, paper, "spam", "", now=NOW),
    "withdraw flag": lambda actor, said, paper: flagging.withdraw(actor, paper),
}
EVERYBODY = {"comment", "reply", "flag paper", "withdraw flag"}
EDITORS = EVERYBODY | {"remove", "restore", "lock thread", "unlock thread", "lock", "unlock"}
MAY = {
    "reader": EVERYBODY,
    "contributor": EVERYBODY,
    "author": EVERYBODY | {"edit", "take back"},
    "banned": set(),
    "banned author": set(),
    "banned editor": set(),
    "editor": EDITORS,
    "administrator": EDITORS,
}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", MAY)
def test_everybody_may_what_is_theirs_to_do_and_nothing_else(who: str, verb: str) -> None:
    ada, stone = an_actor(), a_stored_paper()
    said = say(ada, stone)
    last = who.rpartition(" ")[2]
    role = Role(last) if last in set(Role) else Role.READER
    actor = ada if "author" in who else an_actor("somebody", role)
    actor = Actor(key=actor.key, name=actor.name, role=actor.role, banned="banned" in who)
    if verb == "restore":
        discussing.remove(an_actor("eve", Role.EDITOR), said.key, "Why.", FORMULA, now=NOW)
    before = list(models.Comment.objects.values())
    if verb in MAY[who]:
        VERBS[verb](actor, said, stone)
    else:
        with pytest.raises(NotAllowedError):
            VERBS[verb](actor, said, stone)
        assert list(models.Comment.objects.values()) == before
        assert not models.DiscussionLock.objects.exists()


class Played:
    """A discussion played to the verbs, and beside it what became of each comment, as a plain table."""

    def __init__(self) -> None:
        for model in (models.Comment, models.Account, models.Paper, models.Decision):
            model._default_manager.all().delete()
        self.stone, self.eve = a_stored_paper(), an_actor("eve", Role.EDITOR)
        self.readers = (an_actor("ada"), an_actor("bo"))
        self.state: dict[int, str] = {}
        self.texts: dict[int, str] = {}

    def step(self, number: int, verb: str, key: int, who: int) -> None:
        actor, at = self.readers[who], NOW + number * MINUTE
        if verb in ("comment", "reply", "edit"):
            text = f"text {number}"
            if verb == "edit":
                said = discussing.edit(actor, key, text, now=at)
            else:
                parent = key if verb == "reply" else None
                said = discussing.comment(actor, self.stone, text, FORMULA, now=at, parent=parent)
            self.state[said.key], self.texts[said.key] = "stands", text
        elif verb == "take back":
            discussing.take_back(actor, key, now=at)
            self.state[key] = "erased"
        elif verb == "remove":
            discussing.remove(self.eve, key, "Why.", FORMULA, now=at)
            self.state[key] = "removed"
        elif verb == "restore":
            discussing.restore(self.eve, key, "", FORMULA, now=at)
            assert self.state[key] == "removed"
            self.state[key] = "stands"
        else:
            (discussing.lock_thread if verb == "lock" else discussing.unlock_thread)(self.eve, key, "Why.", now=at)


STEPS = st.tuples(
    st.sampled_from(["comment", "reply", "reply", "edit", "take back", "remove", "restore", "lock", "unlock"]),
    st.integers(0, 7),
    st.integers(0, 1),
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=25))
def test_whatever_is_done_in_whatever_order_the_number_is_that_of_what_can_be_read(
    steps: list[tuple[str, int, int]],
) -> None:
    played = Played()
    for number, (verb, which, who) in enumerate([("comment", 0, 0), *steps]):
        keys = sorted(played.state) or [0]
        with contextlib.suppress(DiscussionError, NotAllowedError, CommentNotFoundError):
            played.step(number, verb, keys[which % len(keys)], who)
    expected = {key: played.texts[key] for key, how in played.state.items() if how == "stands"}
    thread = threads.thread(played.stone.key, None).said
    assert {one.comment.key: one.comment.text for one in thread if one.comment.text} == expected
    assert papers.paper(played.stone.paper_id).comments == len(expected)
    places = [one.comment.key for one in thread]
    assert len(places) == len(set(places)) == models.Comment.objects.count()
    assert all(places.index(one.comment.parent or places[0]) <= place for place, one in enumerate(thread))


SPEAKERS = (
    LIBRARY
    + """
import threading
from datetime import UTC, datetime
from django.db import connection
from broadsheet.community import Actor
from broadsheet.core import discussing, papers
from broadsheet.core.moderating import DecisionError
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.types import Record

now = datetime(2026, 3, 17, tzinfo=UTC)
store([Record(source="x", title="A stone to speak of", ids=("doi:10.1000/x",))], now=now)
stone = papers.paper("doi:10.1000/x")
several = models.Account.objects.bulk_create(models.Account(username=f"reader {n}", trust=1.0) for n in range(100))
formula = Formula(weights={"voices": 1.0})

def speak(account):
    actor = Actor(key=account.pk, name=account.username)
    try:
        for _ in range(2):
            discussing.comment(actor, stone, "Heavy.", formula, now=now)
    finally:
        connection.close()

threads = [threading.Thread(target=speak, args=(account,)) for account in several]
for thread in threads: thread.start()
for thread in threads: thread.join()
most = max(models.Gain.objects.filter(kind__endswith="voices").values_list("after", flat=True))
print(papers.paper("doi:10.1000/x").comments, models.Comment.objects.count(), most)
"""
)


def test_a_hundred_that_speak_at_once_are_a_hundred_comments(tmp_path: Path) -> None:
    assert said_by(SPEAKERS, environment(tmp_path)) == ("100 100 100.0\n", "")


@pytest.mark.django_db
@pytest.mark.database
class TestFlags:
    def test_an_account_has_one_open_flag_about_each_thing_and_can_take_it_back(self) -> None:
        ada, bo, stone = an_actor(), an_actor("bo"), a_stored_paper()
        said = say(ada, stone)
        for what in (said, stone):
            flagging.flag(bo, what, "spam", "", now=NOW)
            flagging.flag(bo, what, "other", "  Strange. ", now=NOW)
            found = flagging.own(bo, what)
            assert found is not None
            assert (found.reason, found.words) == ("other", "Strange.")
        assert models.Flag.objects.count() == 2
        assert flagging.withdraw(bo, said)
        assert not flagging.withdraw(bo, said)
        assert flagging.own(bo, stone)

    def test_only_editors_see_how_many_flags_a_comment_has(self) -> None:
        ada, bo, eve, stone = an_actor(), an_actor("bo"), an_actor("eve", Role.EDITOR), a_stored_paper()
        said = say(ada, stone)
        flagging.flag(bo, said, "abusive", "", now=NOW)
        flagging.flag(an_actor("cy"), said, "spam", "", now=NOW)
        seen = {viewer.name if viewer else "": threads.comment(said.key, viewer) for viewer in (None, ada, bo, eve)}
        assert {name: one.flags for name, one in seen.items()} == {"": 0, "ada": 0, "bo": 0, "eve": 2}
        assert {name for name, one in seen.items() if one.flagged} == {"bo"}

    def test_a_flag_without_sense_is_refused_in_words(self) -> None:
        ada, stone = an_actor(), a_stored_paper()
        said = say(ada, stone)
        for what, reason, words, why in (
            (stone, "abusive", "", "Choose"),
            (stone, "<b>", "", "Choose"),
            (stone, "other", "", "few words"),
            (said, "spam", "", "your own"),
        ):
            with pytest.raises(flagging.FlagError, match=why):
                flagging.flag(ada, what, reason, words, now=NOW)
        assert not models.Flag.objects.exists()
