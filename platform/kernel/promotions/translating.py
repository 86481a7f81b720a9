"""The names of promotions and coupons, as texts that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.i18n.texts.kinds import Part, TextKind, row_of, with_text
from kernel.promotions.models import CouponTemplate, Promotion
from kernel.promotions.services.coupons import change_template
from kernel.promotions.services.promotions import change_promotion

_PARTS: Final = (Part("name", _("Name"), "names", "name"),)


def _promotion(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    row = row_of(Promotion.objects.select_for_update().filter(pk=row_id), row_id)
    names = with_text(row.names, language, told, is_nested=False)
    change_promotion(row_id, {"names": names}, actor=actor, now=now)


def _coupon(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    row = row_of(CouponTemplate.objects.select_for_update().filter(pk=row_id), row_id)
    names = with_text(row.names, language, told, is_nested=False)
    change_template(row_id, {"names": names}, actor=actor, now=now)


KINDS: Final = (
    TextKind(
        "promotion",
        _("Promotions"),
        _PARTS,
        # What belongs to a level is called what the level is called.
        lambda: Promotion.objects.filter(managed_by=""),
        _promotion,
        path=lambda row: f"/promotions/{row.public_id}/",
    ),
    TextKind(
        "coupon",
        _("Coupons"),
        _PARTS,
        CouponTemplate.objects.all,
        _coupon,
        path=lambda row: f"/coupons/{row.public_id}/",
    ),
)
