"""The settings that Broadsheet has: the name of each, what it means, how its text is read, and its default.

Their values are read, and used, in `settings.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """One configurable value: its name, the words that explain it, how its text is read, and its default."""

    name: str
    meaning: str
    default: Any
    read: Callable[[str], Any] = str

    @property
    def variable(self) -> str:
        """The variable that its value is read from."""
        return "DATABASE_URL" if self.name == "database_url" else f"BROADSHEET_{self.name.upper()}"


def _number(text: str) -> int:
    """a whole number"""
    return int(text)


def _amount(text: str) -> int:
    """a whole number above nought"""
    number = int(text)
    if not 0 < number < 1 << 31:
        raise ValueError
    return number


def _count(text: str) -> int:
    """a whole number from 1 to 64"""
    number = int(text)
    if not 1 <= number <= 64:
        raise ValueError
    return number


def _workers(text: str) -> int:
    """a whole number from 1 to 64, or 0 for as many as there are cores"""
    return int(text) and _count(text)


def _real(text: str) -> float:
    """a number above nought"""
    number = float(text)
    if not 0 < number < 1e6:
        raise ValueError
    return number


def _flag(text: str) -> bool:
    """yes or no"""
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError


def _one_of(*words: str) -> Callable[[str], str]:
    """What reads one of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError
        return text

    read.__doc__ = f"{', '.join(words[:-1])} or {words[-1]}"
    return read


def _words(text: str) -> list[str]:
    """words"""
    return [word for word in text.replace(",", " ").split() if word]


SETTINGS = (
    Setting("data", "Folder of the library, the index and the secret key.", "the user's data folder"),
    Setting("config", "Path of the TOML file.", "broadsheet.toml in the data folder"),
    Setting(
        "database_url",
        "Where the library lives, as a URL: `postgres://user:pass@host/name`; if empty, SQLite in the data folder.",
        "",
    ),
    Setting("name", "The paper's name, as its pages show it.", "Broadsheet"),
    Setting("host", "Address to listen on.", "127.0.0.1"),
    Setting("port", "Port to listen on.", 8000, _number),
    Setting(
        "site_url",
        "The address people use, which links in mails and feeds begin with: `https://papers.example.org`.",
        "",
    ),
    Setting("allowed_hosts", "Further host names to answer to, separated by blanks or commas.", [], _words),
    Setting(
        "embedder",
        "Name of the embedder, or `transformer:` and a sentence transformer; changing it rebuilds the index.",
        "static-papers-256",
    ),
    Setting("threads", "Requests answered at the same time, by all workers.", 8, _count),
    Setting(
        "workers", "Processes that answer requests; by default as many as there are cores, at most four.", 0, _workers
    ),
    Setting(
        "composers",
        "Processes that compose digests when many are due at once; by default as many as there are cores, at most "
        "four. It is one on macOS, and with a transformer.",
        0,
        _workers,
    ),
    Setting("api_rate", "Requests a minute to the API, of one token or of one network without any.", 1200, _amount),
    Setting(
        "contact",
        "Mail or web address at which the keepers of sources can reach you; each request carries it, and `/oai` tells "
        "it.",
        "",
    ),
    Setting(
        "private_hosts",
        "Hosts inside your own network that sources may be fetched from, and papers sent to by `doors`, separated by "
        "blanks; all others in there are refused.",
        [],
        _words,
    ),
    Setting(
        "signup",
        "Who may make an account, besides those whom `broadsheet account` lets in and whoever has an invitation: "
        "`closed`, nobody; `invitation`, nobody, and the pages say that one comes in by invitation; `open`, everybody.",
        "closed",
        _one_of("closed", "invitation", "open"),
    ),
    Setting(
        "submissions",
        "When a paper that a reader puts forward is on the front page: `at_once`, or after an editor's `nod`; those of "
        "contributors and editors are there at once anyway.",
        "at_once",
        _one_of("at_once", "nod"),
    ),
    Setting(
        "proxy_from",
        "Addresses or networks of the proxies in front, whose word is believed on who asks (`X-Forwarded-For`).",
        ["127.0.0.1", "::1"],
        _words,
    ),
    Setting(
        "proxy_header",
        "Header in which such a proxy names who is signed in, as `X-Remote-User`; if empty, people sign in here.",
        "",
    ),
    Setting("github_client", "Client id of an OAuth app at GitHub, to sign in with GitHub.", ""),
    Setting("github_secret", "Its secret.", ""),
    Setting("orcid_client", "Client id at ORCID, to sign in with ORCID and prove claims of papers.", ""),
    Setting("orcid_secret", "Its secret.", ""),
    Setting("huggingface_client", "Client id of an OAuth app at Hugging Face, to sign in with it.", ""),
    Setting("huggingface_secret", "Its secret.", ""),
    Setting("oidc_issuer", "Address of any other OpenID Connect provider: `https://login.example.org`.", ""),
    Setting("oidc_client", "Client id there.", ""),
    Setting("oidc_secret", "Its secret.", ""),
    Setting("oidc_name", "What the button on the sign-in page says.", "OpenID Connect"),
    Setting("trending_half_life", "Announcement days in which what a paper gained comes to count half.", 4.0, _real),
    Setting(
        "trending_gravity",
        "How fast papers sink as they age: what they are placed by is divided by this power of one and their age in "
        "announcement days.",
        1.5,
        _real,
    ),
    Setting(
        "trending_weights",
        "What upvotes elsewhere, votes and voices (accounts that comment) here, comments elsewhere, the stars of its "
        "code and submissions by editors count for a paper.",
        "upvotes=1 votes=2 voices=1 comments=0.5 stars=0.5 submissions=2",
    ),
    Setting(
        "interleave",
        "Two rankings that For you mixes to compare them, of `interests`, `mean` and `trending`; if empty, none.",
        [],
        _words,
    ),
    Setting("administrators", "Mail addresses that are told when a source fails for a day.", [], _words),
    Setting("mail_from", "The address that mails come from.", "broadsheet@localhost"),
    Setting("mail_host", "The SMTP server that takes mails; if empty, no mail is sent.", ""),
    Setting("mail_port", "Port of the SMTP server.", 587, _number),
    Setting(
        "mail_security",
        "How the way to the SMTP server is secured: `starttls`, `tls` or `none`.",
        "starttls",
        _one_of("starttls", "tls", "none"),
    ),
    Setting("mail_user", "Name to sign in to the SMTP server with; if empty, without signing in.", ""),
    Setting("mail_password", "Password to sign in to the SMTP server with.", ""),
    Setting("mail_connections", "Connections to the SMTP server at the same time.", 4, _count),
    Setting("mail_pace", "Mails a second, at most, to addresses of one domain.", 10.0, _real),
    Setting(
        "mail_bounces",
        "Address for reports of mails that could not be delivered; `{}` in it stands for the delivery's name, as in "
        "`bounces+{}@example.org`; if empty, reports go to `mail_from`.",
        "",
    ),
    Setting(
        "dkim_key", "File of the private key that signs mails; `broadsheet dkim` makes one. Empty: no signature.", ""
    ),
    Setting("dkim_selector", "Name under which the DNS has the key's public part.", "broadsheet"),
    Setting("bounce_imap_host", "The IMAP server of the mailbox that reports arrive in; if empty, none is read.", ""),
    Setting("bounce_imap_port", "Port of the IMAP server.", 993, _number),
    Setting(
        "bounce_imap_security",
        "How the way to the IMAP server is secured: `tls`, `starttls` or `none`.",
        "tls",
        _one_of("tls", "starttls", "none"),
    ),
    Setting("bounce_imap_user", "Name to sign in to the IMAP server with.", ""),
    Setting("bounce_imap_password", "Password to sign in to the IMAP server with.", ""),
    Setting(
        "bounce_imap_folder", "The folder that reports arrive in; those that were read are marked as seen.", "INBOX"
    ),
    Setting("bounce_maildir", "A Maildir or mbox file that reports arrive in, instead of or beside IMAP.", ""),
    Setting(
        "bounce_secret",
        "Opens the address `/mail/bounces/SECRET`, to which a mail server or a mail service may send reports.",
        "",
    ),
    Setting(
        "doors",
        "Kinds of service, besides mail, that papers may be sent to, separated by blanks: "
        "`slack discord msteams tgram matrix ntfy json`. Needs the extra `doors`.",
        [],
        _words,
    ),
    Setting(
        "token",
        "Token of the account that `broadsheet mcp` saves and submits for, over standard input and output.",
        "",
    ),
    Setting("secret_key", "Signs sessions; made and kept in the data folder if not given.", ""),
    Setting(
        "debug", "Show errors with their insides in the browser. Never on a public address.", default=False, read=_flag
    ),
)
