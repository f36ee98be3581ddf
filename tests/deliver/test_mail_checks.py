"""Promises of what `broadsheet doctor` says of mail: whether it can leave, whether it is believed, what to add."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nameserver import NameServer
from outbox import NOW, a_delivery
from postoffice import NAME, PASSWORD, PostOffice, certificate

from broadsheet.core.doctor import Check, Verdict
from broadsheet.deliver.mail import checks, dkim
from broadsheet.deliver.mail.message import Letterhead
from broadsheet.deliver.mail.server import Server
from broadsheet.library import models

HEAD = Letterhead(site="P", sender="The Paper <paper@papers.example.org>")
WAY = Server(host="mail.example.org")


@pytest.fixture
def key(tmp_path: Path) -> dkim.Key:
    return dkim.make(tmp_path / "key.pem")


def zone(key: dkim.Key, **changes: list[str]) -> dict[tuple[str, str], list[str]]:
    """All that should be there, and what a test would rather have."""
    texts = {
        "spf": ['"v=spf1 a:mail.example.org ~all"'],
        "dkim": [dkim.zone_line("s", "papers.example.org", dkim.record(key)).partition("(")[2].strip(" )")],
        "dmarc": ['"v=DMARC1; p=reject"'],
        "mx": ["10 mail.example.org."],
    } | changes
    return {
        ("papers.example.org", "TXT"): texts["spf"],
        ("s._domainkey.papers.example.org", "TXT"): texts["dkim"],
        ("_dmarc.papers.example.org", "TXT"): texts["dmarc"],
        ("papers.example.org", "MX"): texts["mx"],
    }


def looked_at(
    key: dkim.Key | None, records: dict[tuple[str, str], list[str]], *, silent: bool = False
) -> dict[str, Check]:
    with NameServer(records, silent=silent) as server:
        resolver = server.resolver()
        resolver.lifetime = 0.3 if silent else 5.0
        return {check.name: check for check in checks.records(HEAD, WAY, key, "s", resolver)}


class TestRecords:
    def test_a_domain_that_has_all_is_good(self, key: dkim.Key) -> None:
        found = looked_at(key, zone(key))
        assert {name: check.verdict for name, check in found.items()} == {
            "SPF": Verdict.GOOD, "DKIM": Verdict.GOOD, "DMARC": Verdict.GOOD,
        }  # fmt: skip

    def test_a_domain_that_has_nothing_is_told_each_record_to_add(self, key: dkim.Key) -> None:
        found = looked_at(key, {})
        assert 'papers.example.org. IN TXT "v=spf1 a:mail.example.org ~all"' in found["SPF"].words
        assert dkim.zone_line("s", "papers.example.org", dkim.record(key)) in found["DKIM"].words
        assert '_dmarc.papers.example.org. IN TXT "v=DMARC1; p=none; rua=' in found["DMARC"].words
        assert "MX" in found["way back"].words
        assert found["DKIM"].verdict is Verdict.BAD

    @pytest.mark.parametrize(
        ("spf", "verdict", "words"),
        [
            (['"v=spf1 mx -all"', '"v=spf1 a -all"'], Verdict.BAD, "has 2 records"),
            (['"v=spf1 +all"'], Verdict.BAD, "lets everybody send"),
            (['"google-site-verification=x"'], Verdict.WARNING, "Add"),
            (
                ['"google-site-verification=x"', '"v=spf1 include:" "_spf.example.net ~all"'],
                Verdict.GOOD,
                "_spf.example",
            ),
        ],
    )
    def test_spf(self, key: dkim.Key, spf: list[str], verdict: Verdict, words: str) -> None:
        check = looked_at(key, zone(key, spf=spf))["SPF"]
        assert check.verdict is verdict
        assert words.lower() in check.words.lower()

    def test_a_key_that_is_not_the_one_that_signs(self, key: dkim.Key, tmp_path: Path) -> None:
        other = dkim.make(tmp_path / "other.pem", "ed25519")
        check = looked_at(other, zone(key))["DKIM"]
        assert check.verdict is Verdict.BAD
        assert dkim.record(other) in check.words

    def test_without_a_key_it_says_how_to_make_one(self, key: dkim.Key) -> None:
        assert "broadsheet dkim" in looked_at(None, zone(key))["DKIM"].words

    def test_the_policy_of_the_domain_above_counts(self, key: dkim.Key) -> None:
        records = zone(key) | {("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=quarantine"']}
        del records["_dmarc.papers.example.org", "TXT"]
        assert looked_at(key, records)["DMARC"].verdict is Verdict.GOOD

    def test_a_dns_that_is_silent_is_no_verdict(self, key: dkim.Key) -> None:
        assert list(looked_at(key, {}, silent=True)) == ["DNS"]


class TestServer:
    def way(self, office: PostOffice, **fields: Any) -> Server:
        told = {"host": "127.0.0.1", "port": office.port, "security": office.security, "trust": certificate()[1]}
        return Server(**{**told, **fields})

    def test_a_server_that_lets_us_in_is_good(self) -> None:
        with PostOffice(security="starttls", authenticated=True) as office:
            check = checks.server(self.way(office, user=NAME, password=PASSWORD))
        assert check.verdict is Verdict.GOOD
        assert "TLSv1.3, signed in as broadsheet" in check.words

    def test_one_that_does_not_is_bad_and_says_why(self) -> None:
        with PostOffice(security="starttls", authenticated=True) as office:
            wrong = checks.server(self.way(office, user=NAME, password="wrong"))
            away = self.way(office)
        assert wrong.verdict is Verdict.BAD
        assert "535" in wrong.words
        assert "BROADSHEET_MAIL_" in checks.server(away).words


@pytest.mark.django_db
class TestWhole:
    def test_what_waits_and_why_is_said(self) -> None:
        assert checks.outbox(NOW).verdict is Verdict.GOOD
        a_delivery()
        late = checks.outbox(NOW.replace(hour=9))
        assert late.verdict is Verdict.WARNING
        assert "1 are late" in late.words
        models.SendingPause.objects.create(at=NOW)
        assert "paused" in checks.outbox(NOW).words

    def test_an_address_that_others_cannot_know_is_named(self) -> None:
        head = Letterhead(site="P", sender="broadsheet@localhost")
        assert [check.name for check in checks.sender(head, "http://x")] == ["mail from", "unsubscribe"]
        assert list(checks.sender(HEAD, "https://papers.example.org")) == []


def test_the_command_makes_a_key_once_and_shows_its_record(tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "dkim.pem"
    first = run("dkim", "--file", str(path)).stdout
    second = run("dkim", "--file", str(path)).stdout
    assert f"Made a key in {path}" in first
    assert "is there already" in second
    record = dkim.zone_line("broadsheet", "localhost", dkim.record(dkim.load(path)))
    assert record in first
    assert record in second


def test_the_doctor_looks_at_mail_where_a_server_is_named(run: Callable[..., Any]) -> None:
    run("account", "ada", stdin="a long way to the stones\na long way to the stones\n")
    assert "mail server" not in run("doctor").stdout
    with PostOffice() as office:
        way = {"BROADSHEET_MAIL_HOST": "127.0.0.1", "BROADSHEET_MAIL_PORT": str(office.port),
               "BROADSHEET_MAIL_SECURITY": "none"}  # fmt: skip
        said = run("doctor", **way).stdout
    assert f"127.0.0.1:{office.port}, not secured" in said
    assert "set BROADSHEET_MAIL_FROM to an address of a domain that is yours" in said
    assert "0 deliveries wait" in said
