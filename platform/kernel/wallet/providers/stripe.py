"""Pays out by Stripe Connect: a transfer to the member's account there, and on to the bank.

The shop's own Stripe account is the platform. A member's account is opened at Stripe, which
asks who he is and where his bank is; the shop knows the account's id alone. Each
withdrawal is one transfer, found again by its group, and one payout of that account, found
again by what is noted on it. What Stripe cannot send on is taken back from the account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from typing_extensions import override

from kernel.common.money import Money
from kernel.payments.choices import BindingMode
from kernel.payments.errors import Misconfigured, NotFoundThere, Refused, Transient
from kernel.payments.gateways.stripe.connection import (
    Connection,
    connect,
    from_stripe,
    to_stripe,
    translated,
)
from kernel.payments.models import PaymentBinding
from kernel.payments.services.opening import open_binding
from kernel.tenancy.context import current_tenant
from kernel.wallet.choices import Channel
from kernel.wallet.providers import (
    Opened,
    Opening,
    PayoutAnswer,
    PayoutOrder,
    PayoutProvider,
    PayoutUnsure,
)

# Reasons that lie with the shop: the member can be paid later.
_SHORT: Final = frozenset({"balance_insufficient", "insufficient_funds"})
_OVER: Final = frozenset({"failed", "canceled"})
_PAGE: Final = 100


class StripePayouts(PayoutProvider):
    """Stripe Connect."""

    code = "stripe"
    label = "Stripe"
    channels: ClassVar[frozenset[str]] = frozenset({Channel.STRIPE.value})
    opens: ClassVar[frozenset[str]] = frozenset({Channel.STRIPE.value})
    # Banks send money back for some working days after it counts as paid.
    watch: ClassVar[timedelta] = timedelta(days=7)

    @override
    def fault(self) -> str:
        """Ask for keys of the shop's own."""
        if _bindings().exists():
            return ""
        return _("Connect Stripe with your own keys first, under payments.")

    @override
    def open_account(self, opening: Opening) -> Opened:
        """Have Stripe open an account that is paid out when we say so."""
        client = _connection().client
        with _certain():
            account = client.v1.accounts.create(
                {
                    "type": "express",
                    "capabilities": {"transfers": {"requested": True}},
                    "settings": {"payouts": {"schedule": {"interval": "manual"}}},
                    "metadata": {"account": opening.key, "tenant": _tenant()},
                    **({"email": opening.email} if opening.email else {}),
                },
                {"idempotency_key": opening.key},
            )
        details = {"number": account.id}
        return Opened(details, self.go_on(details, back=opening.back))

    @override
    def go_on(self, details: Mapping[str, str], *, back: str) -> str:
        """Return a link that is good for some minutes and one use."""
        client = _connection().client
        with _certain():
            link = client.v1.account_links.create(
                {
                    "account": details["number"],
                    "type": "account_onboarding",
                    "refresh_url": back,
                    "return_url": back,
                }
            )
        return link.url

    @override
    def submit(self, order: PayoutOrder) -> PayoutAnswer:
        """Transfer, then pay the account out."""
        connection = _connection()
        try:
            with translated():
                moved = connection.client.v1.transfers.create(
                    {
                        "amount": to_stripe(order.amount),
                        "currency": order.amount.currency.lower(),
                        "destination": order.details["number"],
                        "transfer_group": order.key,
                        "description": order.note,
                        "metadata": _noted(order.key),
                    },
                    {"idempotency_key": f"{order.key}:{order.attempt}"},
                )
        except (Transient, Misconfigured) as error:
            raise PayoutUnsure(str(error)) from error
        except NotFoundThere:
            return PayoutAnswer("failed", text=_("The account at Stripe is gone."))
        except Refused as refusal:
            text = refusal.text or refusal.code
            return PayoutAnswer("refused" if refusal.code in _SHORT else "failed", text=text)
        return self._paid_on(connection, moved.to_dict(), order.key)

    @override
    def query(self, key: str) -> PayoutAnswer:
        """Look for the transfer, and for what became of it in the member's account."""
        connection = _connection()
        with _certain():
            page = connection.client.v1.transfers.list({"transfer_group": key, "limit": _PAGE})
            moves = [each.to_dict() for each in page.data]
        if not moves:
            return PayoutAnswer("absent")
        standing = [each for each in moves if not each["reversed"]]
        if not standing:
            return PayoutAnswer("failed", moves[0]["id"], _("Stripe could not pay it out."))
        return self._paid_on(connection, standing[0], key)

    def _paid_on(self, connection: Connection, moved: dict[str, Any], key: str) -> PayoutAnswer:
        """Pay a transfer on to the member's bank, once; say how far that is."""
        try:
            with translated():
                payout = _payout_of(connection, moved) or _pay(connection, moved, key)
        except (Transient, Misconfigured, NotFoundThere) as error:
            raise PayoutUnsure(str(error)) from error
        except Refused as refusal:
            return self._undone(connection, moved, refusal.text or refusal.code)
        if payout["status"] in _OVER:
            text = payout.get("failure_message") or payout.get("failure_code") or payout["status"]
            return self._undone(connection, moved, str(text))
        return PayoutAnswer("paid" if payout["status"] == "paid" else "pending", payout["id"])

    def _undone(self, connection: Connection, moved: dict[str, Any], text: str) -> PayoutAnswer:
        """Take a transfer back that cannot be paid on."""
        with _certain():
            connection.client.v1.transfers.reversals.create(
                moved["id"], {}, {"idempotency_key": f"{moved['id']}:back"}
            )
        return PayoutAnswer("failed", moved["id"], text)


def _pay(connection: Connection, moved: dict[str, Any], key: str) -> dict[str, Any]:
    amount: Money = from_stripe(moved["amount"], moved["currency"])
    made = connection.client.v1.payouts.create(
        {
            "amount": to_stripe(amount),
            "currency": moved["currency"],
            "metadata": {**_noted(key), "transfer": moved["id"]},
        },
        {"idempotency_key": f"{moved['id']}:payout", "stripe_account": moved["destination"]},
    )
    return made.to_dict()


def _payout_of(connection: Connection, moved: dict[str, Any]) -> dict[str, Any] | None:
    page = connection.client.v1.payouts.list(
        {"created": {"gte": moved["created"]}, "limit": _PAGE},
        {"stripe_account": moved["destination"]},
    )
    found: list[dict[str, Any]] = [each.to_dict() for each in page.data]
    return next((each for each in found if each["metadata"].get("transfer") == moved["id"]), None)


def _noted(key: str) -> dict[str, str]:
    return {"withdrawal": key, "tenant": _tenant()}


def _tenant() -> str:
    return str(current_tenant().id)


def _bindings() -> QuerySet[PaymentBinding]:
    rows = PaymentBinding.objects.filter(gateway="stripe", mode=BindingMode.DIRECT, is_enabled=True)
    return rows.order_by("position")


def _connection() -> Connection:
    row = _bindings().first()
    if row is None:
        raise PayoutUnsure("no keys")
    return connect(open_binding(row))


@contextmanager
def _certain() -> Iterator[None]:
    """Take whatever keeps a call from being answered as not knowing.

    Raises:
        PayoutUnsure: the call was not answered, or not accepted.
    """
    try:
        with translated():
            yield
    except (Transient, Misconfigured, NotFoundThere, Refused) as error:
        raise PayoutUnsure(str(error)) from error
