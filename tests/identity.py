"""A real little OpenID Connect provider on loopback, which can also speak as GitHub and as ORCID do."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from serving import Serving

CLIENT, SECRET = "broadsheet", "a secret between two houses"


@dataclass
class Person:
    """Who is signed in at the provider, as it tells of them."""

    sub: str = "person-1"
    name: str = "ada"
    email: str = "ada@example.org"
    verified: bool = True

    def claims(self) -> dict[str, Any]:
        told = {"sub": self.sub, "preferred_username": self.name, "name": self.name.title()}
        return told | ({"email": self.email, "email_verified": self.verified} if self.email else {})


@dataclass
class Provider(Serving):
    """The server; `person` is who sits before it, `denies` lets them change their mind, `hop` leads them a way round."""

    person: Person = field(default_factory=Person)
    denies: bool = False
    hop: str = ""

    def __post_init__(self) -> None:
        self.asked: list[str] = []
        self._grants: dict[str, dict[str, str]] = {}
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._get(self)

            def do_POST(self) -> None:
                provider._post(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        super().__init__(Handler)

    def _get(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            return _answer(handler, self._discovery())
        if parts.path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
            return _answer(handler, {"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]})
        if parts.path == "/authorize":
            here = urlsplit(self.url).netloc
            if self.hop and handler.headers["Host"] == here:
                return _lead(handler, f"{self.hop}{handler.path}")
            return _lead(handler, self._back(asked))
        record = "/v3.0/0000-0002-1825-0097/record"  # ORCID's is public
        if parts.path != record and not handler.headers.get("Authorization", "").endswith(" opaque"):
            return _answer(handler, {"error": "invalid_token"}, 401)
        person = self.person
        told = {
            "/userinfo": person.claims(),
            "/user": {"id": 7, "login": person.name, "name": person.name.title()},
            "/user/emails": [{"email": person.email, "primary": True, "verified": person.verified}],
            record: {
                "orcid-identifier": {"path": "0000-0002-1825-0097", "uri": "https://orcid.org/0000-0002-1825-0097"},
                "person": {"name": {"family-name": {"value": "Carberry"}, "given-names": {"value": "Josiah"}}},
            },
        }.get(parts.path)
        return _answer(handler, told) if told else _answer(handler, {"error": "not found"}, 404)

    def _back(self, asked: dict[str, str]) -> str:
        """Where the person goes from the provider's page: back, with a code or with the refusal."""
        told = {"state": asked["state"]}
        if self.denies:
            told["error"] = "access_denied"
        else:
            told["code"] = secrets.token_urlsafe(8)
            self._grants[told["code"]] = asked
        return f"{asked['redirect_uri']}?{urlencode(told)}"

    def _post(self, handler: BaseHTTPRequestHandler) -> None:
        size = int(handler.headers.get("Content-Length", 0))
        said = {name: values[0] for name, values in parse_qs(handler.rfile.read(size).decode()).items()}
        self.asked.append(urlsplit(handler.path).path)
        grant = self._grants.pop(said.get("code", ""), None)
        if grant is None or (said.get("client_id"), said.get("client_secret")) != (CLIENT, SECRET):
            return _answer(handler, {"error": "invalid_grant"}, 400)
        if grant.get("code_challenge") and not said.get("code_verifier"):
            return _answer(handler, {"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = self.person.claims() | {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60}
        id_token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "1"})
        return _answer(
            handler,
            {"access_token": "opaque", "token_type": "Bearer", "id_token": id_token, "orcid": "0000-0002-1825-0097"},
        )

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "response_types_supported": ["code"],
        }


def _answer(handler: BaseHTTPRequestHandler, told: Any, status: int = 200) -> None:
    body = json.dumps(told).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _lead(handler: BaseHTTPRequestHandler, address: str) -> None:
    handler.send_response(302)
    handler.send_header("Location", address)
    handler.send_header("Content-Length", "0")
    handler.end_headers()
