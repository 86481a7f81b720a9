"""The double's HTTP: the API, the hosted page, idempotent answers, faults."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from testkit.servers.stripe.errors import StripeSays
from testkit.servers.stripe.events import send_waiting
from testkit.servers.stripe.forms import parsed
from testkit.servers.stripe.keeping import save
from testkit.servers.stripe.page import drawn
from testkit.servers.stripe.routes import Call, answer, get, pay_session
from testkit.servers.stripe.state import Plain, State

SETTLE_SECONDS: Final = 10
_KEY: Final = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]{8,}")


class Server(ThreadingHTTPServer):
    """The listening double."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], state: State, keep: Path | None) -> None:
        super().__init__(address, Handler)
        self.state = state
        self._keep = keep
        self._serving = 0
        self._idle = threading.Condition()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Count a call until everything that follows from it is kept."""
        with self._idle:
            self._serving += 1
        try:
            yield
        finally:
            with self._idle:
                self._serving -= 1
                self._idle.notify_all()

    def settle(self) -> None:
        """Wait until no call is under way; connections that are merely open do not count."""
        with self._idle:
            self._idle.wait_for(lambda: self._serving == 0, timeout=SETTLE_SECONDS)

    def keep(self) -> None:
        """Write down what is remembered, when there is a file for it."""
        if self._keep is not None:
            save(self.state, self._keep)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base's
        """Say nothing: what was called is in the state."""

    def do_GET(self) -> None:
        """Read an object, a list, or the page."""
        self._serve("GET")

    def do_POST(self) -> None:
        """Write."""
        self._serve("POST")

    def do_DELETE(self) -> None:
        """Forget everything, for a test that begins anew."""
        self.server.state.forget()
        self._send(200, {"deleted": True})

    def _serve(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        with self.server.serving():
            self._carry_out(method, body)

    def _carry_out(self, method: str, body: str) -> None:
        url = urlsplit(self.path)
        state = self.server.state
        with state.lock:
            state.calls.append((method, url.path))
        if url.path.startswith("/c/pay/"):
            self._page(method, url.path.rpartition("/")[2], body)
        else:
            self._api(method, url.path, body if method == "POST" else url.query, body)
        send_waiting(state)
        if method != "GET":
            self.server.keep()

    def _api(self, method: str, path: str, form: str, body: str) -> None:
        state = self.server.state
        try:
            account = self._account()
            call = Call(state, account, tuple(path.strip("/").split("/")), parsed(form), self._base)
            with state.lock:
                status, said, drop = self._once(method, call, body)
        except StripeSays as refusal:
            status, said, drop = refusal.status, refusal.body, False
        if drop:
            self.close_connection = True
            return
        self._send(status, said)

    def _once(self, method: str, call: Call, body: str) -> tuple[int, Plain, bool]:
        """Carry out a call, or answer as before when its key was used."""
        faults, key = call.state.faults, self.headers.get("Idempotency-Key", "")
        writes = method == "POST"
        if writes and faults.status:
            status, faults.status = faults.status, 0
            raise StripeSays(status, "api_error", "Something is broken here.")
        shape = hashlib.sha256(f"{self.path}\n{body}".encode()).hexdigest()
        kept = call.state.answers.get((call.account, key)) if writes and key else None
        if kept is not None:
            if kept[0] != shape:
                raise StripeSays(
                    400, "idempotency_error", "Keys can only be used with the same parameters."
                )
            return kept[1], kept[2], False
        try:
            status, said = 200, answer(method, call)
        except StripeSays as refusal:
            status, said = refusal.status, refusal.body
        if writes and key:
            call.state.answers[call.account, key] = (shape, status, said)
        drop = writes and faults.drop > 0
        faults.drop -= drop
        return status, said, drop

    def _account(self) -> str:
        scheme, _space, value = self.headers.get("Authorization", "").partition(" ")
        key = base64.b64decode(value).decode().rstrip(":") if scheme == "Basic" else value
        if _KEY.fullmatch(key) is None or "revoked" in key:
            raise StripeSays(401, "invalid_request_error", "Invalid API Key provided.")
        connected = self.headers.get("Stripe-Account", "")
        if not connected:
            return key
        account = f"{key}/{connected}"
        if (account, connected) not in self.server.state.objects:
            raise StripeSays(
                403, "invalid_request_error", "No access to this account.", code="account_invalid"
            )
        return account

    def _page(self, method: str, identity: str, body: str) -> None:
        state = self.server.state
        owners = [owner for owner, found in state.objects if found == identity]
        if not owners:
            self._send(404, {"error": "no such page"})
            return
        call = Call(state, owners[0], (), {}, self._base)
        session, fault = get(call, identity, "checkout.session"), ""
        if method == "POST":
            try:
                with state.lock:
                    pay_session(call, session, card=dict(parse_qsl(body)).get("card", ""))
            except StripeSays as refusal:
                fault = str(refusal)
            if session["status"] == "complete":
                self._redirect(session["success_url"])
                return
        shown = drawn(session, fault=fault, languages=self.headers.get("Accept-Language", ""))
        self._write(200, "text/html; charset=utf-8", shown.encode())

    @property
    def _base(self) -> str:
        return f"http://{self.headers.get('Host', '')}"

    def _send(self, status: int, said: Plain) -> None:
        self._write(status, "application/json", json.dumps(said).encode())

    def _acknowledge(self) -> None:
        """Keep what is about to be answered: a stop must not take back what was said."""
        if self.command != "GET":
            self.server.keep()

    def _redirect(self, target: str) -> None:
        self._acknowledge()
        self.send_response(303)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _write(self, status: int, content_type: str, content: bytes) -> None:
        self._acknowledge()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
