"""Tells partners' programs what their shops bought, and what came of it.

Each seller hears of his own sales alone, as he hears of his own papers: who stands above a
shop's partner, and what he asks, is told to nobody below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from channel_center.billing.choices import ChargeKind, SubscriptionState
from channel_center.billing.models import Charge, Invoice, Subscription, TopUp, Wallet
from channel_center.partners.services.telling import tell

_CHARGED: Final[Mapping[str, str]] = {
    ChargeKind.TRIAL: "licence.bought",
    ChargeKind.PURCHASE: "licence.bought",
    ChargeKind.UPGRADE: "licence.bought",
    ChargeKind.DOWNGRADE: "licence.renewed",
    ChargeKind.RENEWAL: "licence.renewed",
}
_STANDING: Final[Mapping[str, str]] = {
    SubscriptionState.PAST_DUE: "licence.overdue",
    SubscriptionState.GRACE: "licence.restricted",
    SubscriptionState.EXPIRED: "licence.ended",
    SubscriptionState.CANCELED: "licence.ended",
}


def tell_charged(charge: Charge, subscription: Subscription, *, due_minor: int) -> None:
    """Tell a shop's partner that it bought or renewed; of a move both partners hear otherwise."""
    event = _CHARGED.get(charge.kind)
    if event is None or charge.seller_id is None:
        return
    said = {"kind": str(charge.kind), "due_minor": due_minor, "currency": charge.currency}
    about = subscription.public_id
    tell(charge.seller_id, event, about=about, data=_about(subscription) | said)


def tell_standing(subscription: Subscription) -> None:
    """Tell a shop's partner that something is overdue, restricted, or over."""
    event = _STANDING.get(subscription.state)
    seller = subscription.tenant.channel_id
    if event is not None and seller is not None:
        tell(seller, event, about=subscription.public_id, data=_about(subscription))


def tell_topped_up(wallet: Wallet, entry: TopUp) -> None:
    """Tell whoever is paid in advance, and a partner whose own balance it is."""
    said = {
        "wallet": wallet.public_id,
        "tenant": wallet.tenant.public_id if wallet.tenant is not None else None,
        "amount_minor": entry.amount_minor,
        "currency": wallet.currency,
        "source": entry.source,
    }
    whose = wallet.channel_id if wallet.tenant is None else wallet.tenant.channel_id
    if whose is not None:
        tell(whose, "wallet.topped_up", about=wallet.public_id, data=said)


def tell_written(paper: Invoice) -> None:
    """Tell a seller that an invoice or a credit note of his was written."""
    if paper.seller_id is None:
        return
    said = {
        "number": paper.number,
        "kind": str(paper.kind),
        "tenant": paper.tenant.public_id if paper.tenant is not None else None,
        "partner": paper.buyer.public_id if paper.buyer is not None else None,
        "total_minor": paper.total_minor,
        "tax_minor": paper.tax_minor,
        "currency": paper.currency,
    }
    tell(paper.seller_id, "invoice.written", about=paper.public_id, data=said)


def _about(subscription: Subscription) -> dict[str, object]:
    end = subscription.current_end
    return {
        "tenant": subscription.tenant.public_id,
        "subscription": subscription.public_id,
        "offer": subscription.offer.code,
        "quantity": subscription.quantity,
        "state": str(subscription.state),
        "period_end": end.isoformat() if end else None,
    }
