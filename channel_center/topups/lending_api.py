"""Credit that a partner gives its shops, and how far they may buy on account, over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.billing.errors import InvalidTopUp
from channel_center.billing.models import Wallet
from channel_center.billing.services.wallets import GIFTS, set_limits, top_up
from channel_center.topups.api import MANAGE, ShopWalletBase, WalletShown, wallet_shown
from kernel.catalogue.api.fields import checked
from kernel.common.ids import uuid7
from kernel.common.money import InvalidAmount, Money
from kernel.common.time import utc_now
from kernel.tenancy.errors import UnknownTenant

_LONGEST_DAYS = 3650


class GiftTold(serializers.Serializer[Any]):
    """Credit that is given, is spent first, and runs out."""

    amount = serializers.CharField(max_length=20, help_text="Like `100.00`.")
    days = serializers.IntegerField(
        min_value=1, max_value=_LONGEST_DAYS, default=365, help_text="It runs out after so many."
    )
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class LimitsTold(serializers.Serializer[Any]):
    """How far a balance may go, and when somebody is told."""

    on_account = serializers.CharField(
        max_length=20, help_text="So far it may go below zero; what comes in pays it first."
    )
    low_at = serializers.CharField(max_length=20, help_text="Below it, it counts as low.")


class GiftsView(ShopWalletBase):
    """Credit for a tenant of one's own."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=GiftTold, responses={201: WalletShown})
    def post(self, request: Request, tenant: str) -> Response:
        """Give credit; the same idempotency key gives it once."""
        told, wallet = checked(GiftTold, request.data), _own(self)
        top_up(
            wallet,
            _minor(told["amount"], wallet, "amount"),
            source=GIFTS,
            reference=f"{wallet.id.hex}:{uuid7().hex}",
            actor=self.actor,
            note=told["note"],
            expires_at=utc_now() + timedelta(days=told["days"]),
        )
        return Response(wallet_shown(wallet), status=201)


class LimitsView(ShopWalletBase):
    """Limits of the balance of a tenant of one's own."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=LimitsTold, responses=WalletShown)
    def put(self, request: Request, tenant: str) -> Response:
        """Say how far it may go below zero, and below what it counts as low."""
        told, wallet = checked(LimitsTold, request.data), _own(self)
        changed = set_limits(
            wallet,
            credit_limit_minor=_minor(told["on_account"], wallet, "on_account"),
            low_at_minor=_minor(told["low_at"], wallet, "low_at"),
            actor=self.actor,
        )
        return Response(wallet_shown(changed))


def _own(view: ShopWalletBase) -> Wallet:
    """Return the balance of a shop that buys from the partner itself.

    Raises:
        UnknownTenant: it buys from a partner below.
    """
    if view.tenant_row.channel_id != view.channel_id:
        raise UnknownTenant
    return view.wallet()


def _minor(text: str, wallet: Wallet, field: str) -> int:
    try:
        return Money.parse(text.strip(), wallet.currency).minor
    except InvalidAmount as error:
        raise InvalidTopUp(field=field) from error
