"""Promises of the bytes of a mail: parsed by the standard library, verified by a DKIM verifier."""

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import dkim as verifier
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outbox import NOW, an_outgoing

from broadsheet.deliver.mail import dkim
from broadsheet.deliver.mail.message import AddressError, Letterhead, build, recipient
from broadsheet.deliver.mail.rendering import Rendering
from broadsheet.errors import SettingError

HEAD = Letterhead(
    site="The Paper",
    sender="The Paper <paper@example.org>",
    bounces="bounces+{}@example.org",
    wishes=True,
)
SAID = Rendering(
    "Stones, naïve ones",
    "Nine papers.\nEach naïve.",
    "<p>Nine papers.</p>\n" + "<p>long</p>" * 200,
    f"https://papers.example.org/unsubscribe/{'a' * 32}",
)


def parsed(mail: bytes) -> EmailMessage:
    found = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body(mail: bytes, kind: str) -> str:
    part = parsed(mail).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class TestHeaders:
    def test_a_digest_says_what_it_is_and_how_to_get_no_more(self) -> None:
        mail = parsed(build(an_outgoing(), SAID, HEAD))
        name = "a" * 32
        assert mail["from"] == "The Paper <paper@example.org>"
        assert mail["to"] == "ada@example.org"
        assert mail["subject"] == "Stones, naïve ones"
        assert mail["message-id"] == f"<{name}@example.org>"
        assert mail["date"].datetime == NOW
        assert mail["list-id"] == '"The Paper" <digest.example.org>'
        ways = [way.strip(" <>") for way in mail["list-unsubscribe"].split(",")]
        assert ways == [
            f"https://papers.example.org/unsubscribe/{name}",
            f"mailto:bounces+{name}@example.org?subject=unsubscribe%20{name}",
        ]
        assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert mail["auto-submitted"] == "auto-generated"
        assert not mail.defects

    def test_without_a_mailbox_that_is_read_there_is_only_the_click(self) -> None:
        mail = parsed(build(an_outgoing(), SAID, replace(HEAD, wishes=False)))
        assert mail["list-unsubscribe"] == f"<https://papers.example.org/unsubscribe/{'a' * 32}>"

    def test_an_answer_to_something_asked_is_no_list(self) -> None:
        mail = parsed(build(an_outgoing(asked=True), SAID, HEAD))
        assert not [name for name in mail if name.lower().startswith("list-")]

    def test_both_bodies_come_out_as_they_went_in_and_no_line_is_too_long(self) -> None:
        mail = build(an_outgoing(), SAID, HEAD)
        assert body(mail, "plain") == "Nine papers.\nEach naïve.\n"
        assert body(mail, "html") == SAID.html + "\n"
        assert max(map(len, mail.split(b"\r\n"))) <= 200
        assert mail.isascii()
        assert b"\n" not in mail.replace(b"\r\n", b"")

    def test_every_try_makes_the_same_bytes(self) -> None:
        assert build(an_outgoing(tries=0), SAID, HEAD) == build(an_outgoing(tries=5), SAID, HEAD)

    @given(subject=st.text(max_size=200), text=st.text(max_size=300), html=st.text(max_size=300))
    def test_no_text_whatsoever_brings_in_a_header_or_a_body(self, subject: str, text: str, html: str) -> None:
        ours = parsed(build(an_outgoing(), SAID, HEAD)).keys()
        mail = build(an_outgoing(), Rendering(subject.encode("utf-8", "replace").decode(),
                                              text.encode("utf-8", "replace").decode(),
                                              html.encode("utf-8", "replace").decode()), HEAD)  # fmt: skip
        found = parsed(mail)
        assert found.keys() == ours
        assert [part.get_content_type() for part in found.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]
        shown = "".join(
            letter if letter.isprintable() else " " for letter in subject.encode("utf-8", "replace").decode()
        )
        assert " ".join(str(found["subject"]).split()) == " ".join(shown.split())

    @pytest.mark.parametrize(
        "address",
        ["", "ada", "@example.org", "ada@", "ada@example.org\r\nBcc: bo@example.org", "ada@exa mple.org", "<a@b.c>",
         "a@b.c, d@e.f", "jürg@example.org", "a@b..c\n"],
    )  # fmt: skip
    def test_what_is_no_address_is_refused(self, address: str) -> None:
        with pytest.raises(AddressError):
            recipient(address)

    def test_a_domain_in_other_letters_is_written_as_the_dns_knows_it(self) -> None:
        assert recipient("ada@exämple.org") == "ada@xn--exmple-cua.org"


@pytest.mark.parametrize("kind", dkim.KINDS)
class TestSignature:
    def signed(self, folder: Path, kind: str, **head: Any) -> tuple[bytes, str]:
        key = dkim.make(folder / "key.pem", kind)
        sign = dkim.signer(dkim.load(folder / "key.pem"), "example.org", "paper")
        return build(an_outgoing(), SAID, replace(HEAD, sign=sign, **head)), dkim.record(key)

    def verified(self, mail: bytes, record: str) -> bool:
        asked: list[bytes] = []

        def answer(name: bytes, timeout: int = 5) -> bytes:
            asked.append(name)
            return record.encode()

        good = bool(verifier.verify(mail, dnsfunc=answer))
        assert asked == [b"paper._domainkey.example.org."]
        return good

    def test_a_verifier_believes_it(self, tmp_path: Path, kind: str) -> None:
        assert self.verified(*self.signed(tmp_path, kind))

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"Nine papers", b"Ten papers"),
            (b"Subject: ", b"Subject: Re: "),
            (b"From: ", b"From: Somebody else <x@example.com>\r\nFrom: "),
            (b"unsubscribe/aaa", b"unsubscribe/bbb"),
        ],
    )
    def test_whoever_changes_something_breaks_it(self, tmp_path: Path, kind: str, old: bytes, new: bytes) -> None:
        mail, record = self.signed(tmp_path, kind)
        assert not self.verified(mail.replace(old, new), record)

    def test_another_key_does_not_fit(self, tmp_path: Path, kind: str) -> None:
        mail, _ = self.signed(tmp_path, kind)
        other = dkim.record(dkim.make(tmp_path / "other.pem", kind))
        assert not self.verified(mail, other)

    def test_a_key_is_made_once_and_only_its_owner_reads_it(self, tmp_path: Path, kind: str) -> None:
        dkim.make(tmp_path / "key.pem", kind)
        assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
        with pytest.raises(FileExistsError):
            dkim.make(tmp_path / "key.pem", kind)

    def test_the_line_for_a_zone_has_the_record_in_strings_that_fit(self, tmp_path: Path, kind: str) -> None:
        record = dkim.record(dkim.make(tmp_path / "key.pem", kind))
        strings = dkim.zone_line("paper", "example.org", record).split('"')[1::2]
        assert "".join(strings) == record
        assert max(map(len, strings)) <= 255


def test_what_is_no_key_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("nothing")
    for path in (tmp_path / "key", tmp_path / "absent"):
        with pytest.raises(SettingError, match="broadsheet dkim"):
            dkim.load(path)
