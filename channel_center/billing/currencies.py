"""Currencies in which a seller is paid and pays."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from channel_center.billing.errors import UnknownCurrency
from channel_center.billing.models import Wallet
from channel_center.billing.services.wallets import wallet_of
from channel_center.services.channels import tenants_of
from kernel.tenancy.context import public_context

_OPERATORS = "CNY"


@public_context()
def currencies_of(channel_id: UUID | None) -> list[str]:
    """Return the usual currency first, then those of balances and shops, by their codes.

    A partner's shops trade in currencies of their own; each is bought for in its own, from a
    balance of its own. None of ``channel_id`` asks for the operator.
    """
    usual = _OPERATORS if channel_id is None else wallet_of(channel_id=channel_id).currency
    wallets = Wallet.objects.all()
    if channel_id is not None:
        wallets = wallets.filter(Q(channel=channel_id) | Q(channel__parent=channel_id))
    found = {*wallets.values_list("currency", flat=True)}
    found |= {*tenants_of(channel_id).values_list("currency", flat=True)}
    return [usual, *sorted(found - {usual})]


def currency_in(channel_id: UUID | None, asked: str) -> str:
    """Return the currency that is asked for; the usual one without.

    Raises:
        UnknownCurrency: nothing is paid in it here.
    """
    known = currencies_of(channel_id)
    if asked and asked not in known:
        raise UnknownCurrency(known=known)
    return asked or known[0]
