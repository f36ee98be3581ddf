"""Promises of what a server's answer means: real answers of real servers, and what is to be done."""

import pytest

from broadsheet.core.answers import judge, kind_of
from broadsheet.sending import Verdict

ANSWERS = [
    (250, "2.0.0 OK 1700000000 a1-20020a - gsmtp", "data", Verdict.ACCEPTED, False),
    (550, "5.1.1 The email account that you tried to reach does not exist. gsmtp", "recipient", Verdict.NEVER, True),
    (550, "5.5.0 Requested action not taken: mailbox unavailable", "recipient", Verdict.NEVER, False),
    (550, "No such user here", "recipient", Verdict.NEVER, True),
    (550, "Rejected because 192.0.2.1 is in a black list", "recipient", Verdict.NEVER, False),
    (550, "5.7.26 This mail is unauthenticated, which poses a security risk", "data", Verdict.NEVER, False),
    (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "recipient",
     Verdict.NEVER, True),
    (553, "sorry, that domain isn't in my list of allowed rcpthosts", "recipient", Verdict.NEVER, True),
    (554, "delivery error: dd This user doesn't have a yahoo.com account", "data", Verdict.NEVER, False),
    (521, "5.2.1 This mailbox is disabled", "recipient", Verdict.NEVER, True),
    (552, "5.2.2 The email account that you tried to reach is over quota", "recipient", Verdict.LATER, False),
    (552, "Requested mail action aborted: exceeded storage allocation", "data", Verdict.LATER, False),
    (552, "5.3.4 Message size exceeds fixed limit", "data", Verdict.NEVER, False),
    (452, "4.2.2 Mailbox full", "recipient", Verdict.LATER, False),
    (450, "4.2.0 Recipient address rejected: Greylisted", "recipient", Verdict.LATER, False),
    (451, "4.3.0 Temporary lookup failure", "recipient", Verdict.LATER, False),
    (421, "4.7.0 Try again later, closing connection.", "data", Verdict.LATER, False),
    (421, "Service not available", "mail", Verdict.UNREACHABLE, False),
    (550, "5.7.1 Sender not allowed", "mail", Verdict.UNREACHABLE, False),
    (530, "5.7.0 Authentication required", "mail", Verdict.UNREACHABLE, False),
    (552, "5.3.4 Message too big for system", "mail", Verdict.NEVER, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "words", "at", "verdict", "hard"), ANSWERS, ids=[f"{a[0]} {a[1][:30]}" for a in ANSWERS]
)
def test_an_answer_means_what_its_codes_say_before_what_its_words_say(
    code: int, words: str, at: str, verdict: Verdict, hard: bool
) -> None:
    outcome = judge("x", code, words, at=at)
    assert (outcome.verdict, outcome.hard) == (verdict, hard)
    assert outcome.words.startswith(str(code))


def test_who_asks_for_fewer_mails_is_heard() -> None:
    assert judge("x", 421, "4.7.28 unusual rate of mail", at="recipient").slow
    assert judge("x", 450, "too many connections", at="recipient").slow
    assert not judge("x", 451, "4.3.0 temporary failure", at="recipient").slow


@pytest.mark.parametrize(
    ("status", "action", "words", "kind"),
    [
        ("5.1.1", "failed", "550 user unknown", "hard"),
        ("5.0.0", "failed", "550 User unknown", "hard"),
        ("5.0.0", "failed", "550 go away", "soft"),
        ("5.2.2", "failed", "552 mailbox full", "soft"),
        ("5.7.1", "failed", "554 spam", "soft"),
        ("4.4.1", "delayed", "connection timed out", "soft"),
        ("5.4.7", "failed", "delivery time expired", "soft"),
        ("", "failed", "550-5.1.1 no such account", "hard"),
        ("2.0.0", "delivered", "", None),
        ("2.1.5", "relayed", "", None),
    ],
)
def test_a_report_speaks_of_the_address_or_of_something_that_may_pass(
    status: str, action: str, words: str, kind: str | None
) -> None:
    assert kind_of(status, action, words) == kind
