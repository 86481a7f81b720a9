"""Lets nothing be bought or given back for a shop that is on its way to another partner."""

from __future__ import annotations

from uuid import UUID

from channel_center.billing.errors import ShopMoving
from tenants.choices import HoldKind
from tenants.models import Hold


def refuse_moving(tenant_id: UUID) -> None:
    """Refuse what would change who owes what while a shop is moved.

    Its caller has locked the shop, as whoever begins a move does.

    Raises:
        ShopMoving: it is being moved.
    """
    if Hold.objects.filter(tenant=tenant_id, kind=HoldKind.TRANSFER, released_at=None).exists():
        raise ShopMoving
