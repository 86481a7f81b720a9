"""Runs the double, and speaks for the payer and the bank."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from testkit.servers.ports import LOOPBACK
from testkit.servers.stripe import money, payouts
from testkit.servers.stripe.events import send_waiting, signature
from testkit.servers.stripe.keeping import load
from testkit.servers.stripe.routes import Call, get, pay_session
from testkit.servers.stripe.serving import Server
from testkit.servers.stripe.state import Endpoint, Plain, State

CARD = "4242424242424242"


@dataclass(frozen=True)
class StripeDouble:
    """A running double."""

    url: str
    state: State

    def listen(self, url: str, *, secret: str, key: str, connect: bool = False) -> None:
        """Send a key's events to an address."""
        with self.state.lock:
            self.state.endpoints.append(Endpoint(url, secret, key, connect))

    def pay(self, account: str, identity: str, *, card: str = CARD) -> None:
        """Pay a session or a PaymentIntent, as its payer does.

        Raises:
            StripeSays: the card is declined, or it is too late.
        """
        call = self._call(account)
        with self.state.lock:
            if identity.startswith("cs_"):
                pay_session(call, get(call, identity, "checkout.session"), card=card)
            else:
                intent = get(call, identity, "payment_intent")
                money.confirm(self.state, account, intent, card=card)
        send_waiting(self.state)

    def fail_refund(self, account: str, identity: str) -> None:
        """Have the payer's bank send a refund back."""
        with self.state.lock:
            made = get(self._call(account), identity, "refund")
            money.fail_refund(self.state, account, made)
        send_waiting(self.state)

    def ready(self, key: str, account: str) -> None:
        """Have the owner of a connected account tell who he is and where his bank is."""
        with self.state.lock:
            made = get(self._call(key), account, "account")
            made |= {"details_submitted": True, "payouts_enabled": True}
            self.state.objects[f"{key}/{account}", account] = made

    def top_up(self, key: str, amount: int, currency: str) -> None:
        """Put money into an account."""
        with self.state.lock:
            payouts.top_up(self.state, key, amount, currency)

    def settle_payout(self, account: str, *, bounced: bool = False) -> None:
        """Have the bank book the last payout of an account, or send it back."""
        with self.state.lock:
            last = self.state.of(account, "payout")[0]
            (payouts.bounce if bounced else payouts.arrive)(self.state, account, last)
        send_waiting(self.state)

    def events(self, kind: str = "") -> list[Plain]:
        """Return what happened, oldest first, of one kind or of all."""
        with self.state.lock:
            return [event for event in self.state.events if event["type"].startswith(kind)]

    def made(self, account: str, kind: str) -> list[Plain]:
        """Return an account's objects of a kind, newest first."""
        with self.state.lock:
            return self.state.of(account, kind)

    def _call(self, account: str) -> Call:
        return Call(self.state, account, (), {}, self.url)


def deliver(
    event: Plain,
    secret: str,
    send: Callable[[bytes, dict[str, str]], int],
    *,
    at: int | None = None,
) -> int:
    """Sign an event and hand it over; return the answer's status.

    Args:
        event: as the double noted it.
        secret: of the endpoint.
        send: takes the body and the headers.
        at: the second that it is signed in, now when left out.
    """
    body = json.dumps(event, separators=(",", ":")).encode()
    return send(body, {"Stripe-Signature": signature(body, secret, at=at)})


@contextmanager
def stripe_double(port: int = 0, *, keep: Path | None = None) -> Iterator[StripeDouble]:
    """Run the double on a port of the loopback interface, a free one by default.

    Args:
        port: where.
        keep: file that it remembers everything in; in memory alone when None.
    """
    state = State() if keep is None else load(keep)
    server = Server((LOOPBACK, port), state, keep)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield StripeDouble(f"http://{LOOPBACK}:{server.server_address[1]}", state)
    finally:
        server.shutdown()
        thread.join()
        server.settle()
        server.server_close()
