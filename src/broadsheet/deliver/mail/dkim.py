"""DKIM: signs a mail (RFC 6376, RFC 8463), makes keys, and says which record of the DNS belongs to a key.

dkimpy knows how a signature is made; the arithmetic is OpenSSL's, which is thirty times as fast as Python's.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from dkim.canonicalization import CanonicalizationPolicy

from broadsheet.errors import SettingError

KINDS = ("rsa", "ed25519")
Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_SIGNED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type", b"list-id",
    b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
_ONCE = (b"from", b"to", b"subject", b"date", b"message-id")
"""Signed once more than they are there: then nobody can add another one."""


class _Signature(NamedTuple):
    signature: bytes


class _Signing(NamedTuple):
    """A key as dkimpy asks the keys of PyNaCl to sign: a digest in, a signature out."""

    key: Key

    def sign(self, digest: bytes) -> _Signature:
        """The signature of this digest of SHA-256."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return _Signature(self.key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256())))
        return _Signature(self.key.sign(digest))


def signer(key: Key, domain: str, selector: str) -> Callable[[bytes, bytes], bytes]:
    """What makes the DKIM-Signature field of a mail from its header fields and its body."""
    canonical = CanonicalizationPolicy.from_c_value(b"relaxed/simple")
    algorithm = b"rsa-sha256" if isinstance(key, rsa.RSAPrivateKey) else b"ed25519-sha256"
    signing = _Signing(key)

    def sign(headers: bytes, body: bytes) -> bytes:
        form = dkim.DKIM(signature_algorithm=b"ed25519-sha256")  # the branch that lets the key itself sign
        form.headers = dkim.rfc822_parse(headers)[0]
        form.hasher = dkim.HASH_ALGORITHMS[algorithm]
        hashed = form.hasher(canonical.canonicalize_body(body)).digest()
        fields = [
            (b"v", b"1"),
            (b"a", algorithm),
            (b"c", canonical.to_c_value()),
            (b"d", domain.encode("idna")),
            (b"s", selector.encode("ascii")),
            (b"t", str(int(time.time())).encode("ascii")),
            (b"h", b" : ".join(_SIGNED + _ONCE)),
            (b"bh", base64.b64encode(hashed)),
            (b"b", b"0" * 60),
        ]
        made: bytes = form.gen_header(fields, _SIGNED + _ONCE, canonical, b"DKIM-Signature", signing)
        return b"DKIM-Signature: " + made

    return sign


def load(path: Path) -> Key:
    """The private key in this file; SettingError, saying what to do, if there is none that can sign."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise SettingError(
            f"BROADSHEET_DKIM_KEY names {path}, which cannot be read: {error.strerror}. `broadsheet dkim` makes a key."
        ) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingError(
            f"{path} holds no private key without a password, in PEM. `broadsheet dkim` makes one."
        ) from None
    if isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        return key
    raise SettingError(f"The key in {path} is neither RSA nor Ed25519, the two that DKIM knows.")


def make(path: Path, kind: str = "rsa") -> Key:
    """Make a key of this kind and keep it in this new file, which only its owner may read.

    FileExistsError if there is such a file already.
    """
    key: Key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if kind == "rsa"
        else ed25519.Ed25519PrivateKey.generate()
    )
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
    return key


def record(key: Key) -> str:
    """The text of the DNS record that lets others check what this key signed.

    It belongs at SELECTOR._domainkey.DOMAIN.
    """
    if isinstance(key, ed25519.Ed25519PrivateKey):
        public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def zone_line(selector: str, domain: str, text: str) -> str:
    """The record as a zone file has it: in strings of at most 255 bytes."""
    strings = " ".join(f'"{text[first : first + 250]}"' for first in range(0, len(text), 250))
    return f"{selector}._domainkey.{domain}. IN TXT ( {strings} )"
