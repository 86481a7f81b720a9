"""Gifts are spent before other money, and run out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from channel_center.billing.models import Gift
from channel_center.billing.services.wallets import (
    CASH,
    GIFT,
    Purse,
    asset_of,
    lock,
    owner_of,
)
from kernel.ledger.models import Posting
from kernel.ledger.services import post
from kernel.ledger.values import Leg, system
from kernel.tenancy.context import public_context


def use(wallet_id: UUID, minor: int) -> None:
    """Count what was spent of a locked wallet's gifts, the soonest to run out first."""
    if minor <= 0:
        return
    rows = Gift.objects.filter(top_up__wallet=wallet_id, remaining_minor__gt=0)
    for gift in rows.order_by("expires_at", "id"):
        part = min(minor, gift.remaining_minor)
        Gift.objects.filter(id=gift.id).update(remaining_minor=gift.remaining_minor - part)
        minor -= part
        if not minor:
            return


def came_from(purse: Purse, reference: tuple[str, UUID]) -> str:
    """Return the state that most of what a wallet paid for something came from."""
    rows = Posting.objects.filter(
        journal__reference_id=reference[1],
        account__owner_id=owner_of(purse.wallet).stored_id,
        account__asset__code=asset_of(purse.wallet.currency),
        minor__lt=0,
    ).values_list("account__state", "minor")
    spent: dict[str, int] = {}
    for state, minor in rows:
        spent[state] = spent.get(state, 0) - minor
    known = {state: minor for state, minor in spent.items() if state != "quota"}
    return max(known, key=lambda state: known[state]) if known else CASH


@public_context()
def expire(now: datetime) -> int:
    """Take away what is left of gifts that have run out; return how many there were."""
    due = Gift.objects.filter(expires_at__lte=now, expired_at=None).values_list("id", flat=True)
    return sum(_expire_one(gift_id, now) for gift_id in list(due[:1000]))


@transaction.atomic
def _expire_one(gift_id: UUID, now: datetime) -> int:
    wallet = Gift.objects.select_related("top_up__wallet").get(id=gift_id).top_up.wallet
    purse = lock([wallet])[wallet.id]
    gift = Gift.objects.select_for_update().get(id=gift_id)
    if gift.expired_at is not None:
        return 0
    lost = min(gift.remaining_minor, purse.left[GIFT])
    if lost:
        asset = asset_of(wallet.currency)
        post(
            key=f"billing:gift:{gift.id}",
            kind="billing.gift_expired",
            legs=[
                Leg(owner_of(wallet), asset, -lost, GIFT),
                Leg(system("billing.gifts"), asset, lost),
            ],
            reference=("wallet", wallet.id),
        )
    Gift.objects.filter(id=gift.id).update(remaining_minor=0, expired_at=now)
    return 1
