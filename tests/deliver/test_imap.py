"""Promises of reading the mailbox of reports over IMAP, with Dovecot as Debian has it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from postoffice import certificate, certificate_files

from broadsheet.deliver.mail.mailbox import Imap, MailboxError

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
mail_location = maildir:{folder}/box
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secured}
  }}
}}
"""


class Dovecot(NamedTuple):
    """A running server: its mailbox on disk, its ports."""

    box: Path
    port: int
    secured: int


def a_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if program is None or os.getuid() != 0:
        pytest.skip("Debian's package dovecot-imapd is not installed, or nobody may start it")
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-dovecot-"))
    folder.chmod(0o755)
    box = folder / "box"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    for path in (box, *box.iterdir()):
        shutil.chown(path, "nobody", "nogroup")
    made, key = certificate_files()
    running = Dovecot(box, a_free_port(), a_free_port())
    told = {"folder": folder, "certificate": made, "key": key, "port": running.port, "secured": running.secured}
    (folder / "configuration").write_text(CONFIGURATION.format(**told))
    process = subprocess.Popen([program, "-F", "-c", str(folder / "configuration")])
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", running.port)):
                break
            time.sleep(0.1)
        yield running
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def way(port: int, security: str, password: str = "secret", folder: str = "INBOX") -> Imap:
    return Imap(
        host="127.0.0.1", port=port, security=security, user="ada", password=password, folder=folder,
        trust=certificate()[1],
    )  # fmt: skip


def put(dovecot: Dovecot, name: str, text: bytes) -> None:
    path = dovecot.box / "new" / name
    path.write_bytes(text)
    shutil.chown(path, "nobody", "nogroup")


def test_each_way_brings_what_was_not_seen_and_only_what_is_dealt_with_is_marked(dovecot: Dovecot) -> None:
    for number, (port, security) in enumerate(
        [(dovecot.secured, "tls"), (dovecot.port, "starttls"), (dovecot.port, "none")]
    ):
        put(dovecot, f"{number}.one", b"Subject: one\r\n\r\nOne.\r\n")
        put(dovecot, f"{number}.two", b"Subject: two\r\n\r\nTwo.\r\n")
        first = [raw for raw, _ in way(port, security).reports()]
        again = []
        for raw, see in way(port, security).reports():
            again.append(raw)
            see()
        assert first == again == [b"Subject: one\r\n\r\nOne.\r\n", b"Subject: two\r\n\r\nTwo.\r\n"]
        assert list(way(port, security).reports()) == []


def test_who_is_not_let_in_is_told_why(dovecot: Dovecot) -> None:
    with pytest.raises(MailboxError, match="Authentication failed"):
        list(way(dovecot.port, "none", "wrong").reports())
    with pytest.raises(MailboxError, match="the folder Nowhere"):
        list(way(dovecot.port, "none", folder="Nowhere").reports())
    with pytest.raises(MailboxError, match="certificate verify failed"):
        list(Imap(host="127.0.0.1", port=dovecot.secured).reports())


def test_a_server_that_is_away_is_named() -> None:
    with pytest.raises(MailboxError, match=r"The mailbox at 127\.0\.0\.1 cannot be read: Connection refused"):
        list(Imap(host="127.0.0.1", port=a_free_port()).reports())
