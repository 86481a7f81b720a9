"""Companies that know people, answering over real HTTP on this machine."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from typing_extensions import override

from testkit.servers.ports import LOOPBACK

CLIENT, SECRET = "shop-client", "shop-secret"
Reply = tuple[int, dict[str, Any]]


@cache
def own_key() -> RSAKey:
    """Return the provider's key; making one takes a second."""
    return RSAKey.generate_key(2048, {"kid": "k1"})


class _Company:
    """Answers requests; what was asked is kept."""

    address: str

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, path: str, query: dict[str, str], body: str, login: str) -> Reply:
        raise NotImplementedError


@dataclass
class OpenIdDouble(_Company):
    """An OpenID provider with one key and the people who signed in.

    Attributes:
        people: codes that it has given, with the claims and the question.
        claims: what it says wrongly, for tests of refusals.
    """

    key: RSAKey = field(default_factory=own_key)
    people: dict[str, tuple[dict[str, Any], dict[str, str]]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    signer: Any = None

    def __post_init__(self) -> None:
        super().__init__()

    def sign_in(self, url: str, **claims: Any) -> tuple[str, str]:
        """Let somebody sign in at the provider's page; return the code and the state."""
        question = {name: found[0] for name, found in parse_qs(urlsplit(url).query).items()}
        code = token_urlsafe(8)
        self.people[code] = (claims, question)
        return code, question["state"]

    @override
    def answer(self, path: str, query: dict[str, str], body: str, login: str) -> Reply:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
            } | self.facts
        if path == "/keys":
            return 200, dict(KeySet([self.key]).as_dict())
        form = {name: found[0] for name, found in parse_qs(body).items()}
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if path != "/token" or form.get("code") not in self.people:
            return 400, {"error": "invalid_grant"}
        claims, question = self.people.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if login != f"Basic {expected}" or challenge != question["code_challenge"]:
            return 401, {"error": "invalid_client"}
        return 200, {"id_token": self._token(claims, question), "token_type": "Bearer"}

    def _token(self, claims: dict[str, Any], question: dict[str, str]) -> str:
        now = int(time())
        content = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": question["nonce"],
        }
        header = {"alg": self.algorithm, "kid": "k1"}
        key = self.signer or self.key
        return jwt.encode(header, content | claims | self.claims, key, algorithms=[self.algorithm])


@dataclass
class WeChatDouble(_Company):
    """WeChat's interface, with people by the codes that they were given."""

    people: dict[str, dict[str, str]] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    is_down: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    @override
    def answer(self, path: str, query: dict[str, str], body: str, login: str) -> Reply:
        if self.is_down:
            return 502, {}
        if path == "/connect/qrconnect":
            return 302, {"location": self._agreed(query)}
        person = self.people.get(query.get("code") or query.get("js_code") or "")
        if path in {"/sns/oauth2/access_token", "/sns/jscode2session"}:
            if person is None or query["secret"] != SECRET:
                return 200, {"errcode": 40029, "errmsg": "invalid code"}
            return 200, person | {"access_token": f"token-{person['openid']}", "expires_in": 7200}
        if path == "/sns/userinfo":
            [found] = [p for p in self.people.values() if p["openid"] == query["openid"]]
            return 200, found | {"nickname": "阿兰"}
        return self._about_phones(path, query, body)

    def _agreed(self, query: dict[str, str]) -> str:
        """Return where somebody goes who says yes on WeChat's page at once."""
        code = token_urlsafe(8)
        self.people[code] = {"openid": "o-lan", "unionid": "u-lan"}
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def _about_phones(self, path: str, query: dict[str, str], body: str) -> Reply:
        if path == "/cgi-bin/stable_token":
            return 200, {"access_token": "app-token", "expires_in": 7200}
        number = self.phones.get(json.loads(body)["code"])
        if query.get("access_token") != "app-token" or number is None:
            return 200, {"errcode": 40029}
        return 200, {
            "errcode": 0,
            "phone_info": {"purePhoneNumber": number, "countryCode": "86"},
        }


@contextmanager
def served(company: _Company) -> Iterator[str]:
    """Answer for a company; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply()

        def _reply(self) -> None:
            parts = urlsplit(self.path)
            query = {name: found[0] for name, found in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            company.asked.append(parts.path)
            status, found = company.answer(
                parts.path, query, body, self.headers.get("Authorization", "")
            )
            content = json.dumps(found).encode()
            self.send_response(status)
            if status == HTTPStatus.FOUND:
                self.send_header("Location", found["location"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    company.address = f"http://{LOOPBACK}:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield company.address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
