"""What levels bring, kept as a price list and a promotion that belong to the level.

So a member's price is a price like others: it stands in the chain of reasons, in carts,
checkouts and histories, and a shop without levels pays nothing for them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from kernel.audit.actor import Actor
from kernel.levels.models import Level
from kernel.pricing.models import BasePrice, PriceList
from kernel.pricing.services import PriceListFields, change_price_list, create_price_list
from kernel.promotions.actions import FreeShipping
from kernel.promotions.models import Promotion
from kernel.promotions.services import PromotionFields, change_promotion, create_promotion
from kernel.tenancy.context import current_tenant

GROUP: Final = "level"


def group_of(level: Level) -> str:
    """Return how price lists and promotions name the members of a level."""
    return f"{GROUP}:{level.code}"


def manager_of(level: Level) -> str:
    """Return how what belongs to a level names it."""
    return f"{GROUP}:{level.pk.hex}"


def sync_benefits(level: Level, *, actor: Actor, now: datetime) -> None:
    """Bring the price lists and the promotion of a level in line with it."""
    currencies = set(BasePrice.objects.order_by().values_list("currency", flat=True).distinct())
    for currency in sorted({current_tenant().currency, *currencies}):
        _sync_list(level, currency, actor=actor, now=now)
        _sync_shipping(level, currency, actor=actor, now=now)


def _sync_list(level: Level, currency: str, *, actor: Actor, now: datetime) -> None:
    owner = manager_of(level)
    known = PriceList.objects.filter(managed_by=owner, currency=currency).first()
    is_on = level.is_active and level.discount_bp > 0
    if known is None and not is_on:
        return
    rule = {"of": "all", "value": "", "percent_off_bp": level.discount_bp, "min_quantity": 1}
    told: PriceListFields = {
        "name": level.name,
        "audience": {"groups": [group_of(level)]},
        "is_active": is_on,
    }
    if is_on:
        told["rules"] = [rule]
    if known is not None:
        change_price_list(known.pk, told, actor=actor, now=now, managed_by=owner)
        return
    code = f"level-{level.pk.hex[-12:]}-{currency.lower()}"
    create_price_list(
        code=code, currency=currency, fields=told, actor=actor, now=now, managed_by=owner
    )


def _sync_shipping(level: Level, currency: str, *, actor: Actor, now: datetime) -> None:
    owner = manager_of(level)
    known = Promotion.objects.filter(managed_by=owner, currency=currency).first()
    is_on = level.is_active and level.free_shipping
    if known is None and not is_on:
        return
    told: PromotionFields = {
        "name": level.name,
        "names": level.names,
        "audience": {"groups": [group_of(level)]},
        "is_active": is_on,
    }
    if known is not None:
        change_promotion(known.pk, told, actor=actor, now=now, managed_by=owner)
        return
    create_promotion(
        kind=FreeShipping.code,
        currency=currency,
        told=told,
        actor=actor,
        now=now,
        managed_by=owner,
    )
