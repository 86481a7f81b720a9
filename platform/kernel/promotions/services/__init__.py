"""Promotions and coupons: made, changed, taken, given back."""

from __future__ import annotations

from kernel.promotions.services.batches import ask_for_codes, code_rows
from kernel.promotions.services.coupons import (
    TemplateFields,
    change_template,
    create_template,
    normal_code,
)
from kernel.promotions.services.promotions import (
    PromotionFields,
    change_promotion,
    create_promotion,
)
from kernel.promotions.services.taking import give, redeem, revoke, take

__all__ = [
    "PromotionFields",
    "TemplateFields",
    "ask_for_codes",
    "change_promotion",
    "change_template",
    "code_rows",
    "create_promotion",
    "create_template",
    "give",
    "normal_code",
    "redeem",
    "revoke",
    "take",
]
