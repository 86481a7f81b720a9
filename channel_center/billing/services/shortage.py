"""Tells partners whose balance is low; those below are told nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from channel_center.billing.models import Wallet
from channel_center.billing.services.wallets import view_of, wallet_of
from channel_center.partners.services.telling import tell
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context

if TYPE_CHECKING:
    from channel_center.billing.services.settling import ChainShort


@public_context()
@transaction.atomic
def tell_short(short: ChainShort) -> None:
    """Tell a partner that something was not bought because it could not pay its part."""
    if short.channel_id is None:
        return
    wallet = wallet_of(channel_id=short.channel_id, currency=short.currency)
    data = {"missing_minor": short.missing, "currency": wallet.currency, "reason": "refused"}
    tell(short.channel_id, "wallet.low", about=wallet.public_id, data=data)


@public_context()
@transaction.atomic
def tell_low(wallet_id: UUID) -> bool:
    """Tell a partner once that less is left than it wanted to have; return whether."""
    wallet = Wallet.objects.select_for_update(no_key=True).get(pk=wallet_id)
    left = view_of(wallet).available_minor
    if wallet.channel_id is None or wallet.told_low_at or left >= wallet.low_at_minor:
        return False
    Wallet.objects.filter(pk=wallet.pk).update(told_low_at=utc_now())
    data = {"left_minor": left, "currency": wallet.currency, "reason": "low"}
    tell(wallet.channel_id, "wallet.low", about=wallet.public_id, data=data)
    return True
