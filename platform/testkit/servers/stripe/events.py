"""Makes events, signs them as Stripe does, and sends them."""

from __future__ import annotations

import copy
import hashlib
import hmac
import http.client
import json
import time
from typing import Final
from urllib.parse import urlsplit

from testkit.servers.ports import LOOPBACK
from testkit.servers.stripe.state import Endpoint, Plain, State

_TIMEOUT: Final = 10


def tell(state: State, account: str, kind: str, subject: Plain) -> Plain:
    """Note an event, and have it sent to the endpoints that listen."""
    event = state.add(
        account, "event", "evt", type=kind, data={"object": copy.deepcopy(subject)}, pending=1
    )
    key, _slash, connected = account.partition("/")
    if connected:
        event["account"] = connected
    state.events.append(event)
    for endpoint in state.endpoints:
        if endpoint.key == key and endpoint.is_connect == bool(connected):
            state.waiting.append((endpoint, event))
    return event


def send_waiting(state: State) -> list[int]:
    """Send what waits, in order, unless events are held back; return the answers' statuses."""
    with state.lock:
        if state.faults.hold_events:
            return []
        batch, state.waiting[:] = list(state.waiting), []
    return [post(endpoint, event) for endpoint, event in batch]


def signature(body: bytes, secret: str, *, at: int | None = None) -> str:
    """Return the header that proves a body."""
    moment = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def post(endpoint: Endpoint, event: Plain, *, at: int | None = None) -> int:
    """Send one event; return the status, 0 when nobody answers."""
    body = json.dumps(event, separators=(",", ":")).encode()
    target = urlsplit(endpoint.url)
    host = target.hostname or ""
    # Browsers know these names to be this machine; not every resolver does.
    host = LOOPBACK if host.endswith(".localhost") else host
    connection = http.client.HTTPConnection(host, target.port or 80, timeout=_TIMEOUT)
    try:
        connection.request(
            "POST",
            target.path,
            body,
            {
                "Content-Type": "application/json",
                "Stripe-Signature": signature(body, endpoint.secret, at=at),
                "Host": target.netloc,
            },
        )
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
