"""Makes promotions, and coupons in people's hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from secrets import token_hex
from typing import Any
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.checkout.baskets import Basket, Choices, Placement
from kernel.common.time import utc_now
from kernel.promotions.models import Coupon, CouponTemplate, Promotion
from kernel.promotions.services import create_promotion, create_template, give
from testkit.factories.orders import make_basket

ACTOR = Actor.system("tests")
TEN_PER_CENT: Mapping[str, Any] = {"off_bp": 1000}


def make_promotion(
    kind: str = "discount",
    terms: Mapping[str, Any] = TEN_PER_CENT,
    *,
    now: datetime | None = None,
    **told: Any,
) -> Promotion:
    """Make a promotion that is on."""
    given = {"name": f"Offer {token_hex(3)}", "terms": terms, "is_active": True, **told}
    return create_promotion(
        kind=kind,
        currency="CNY",
        told=given,  # type: ignore[arg-type]  # what the service checks
        actor=ACTOR,
        now=now or utc_now(),
    )


def make_template(
    kind: str = "amount", *, now: datetime | None = None, **told: Any
) -> CouponTemplate:
    """Make a kind of coupon that can be taken, ten off unless told otherwise."""
    given = {
        "name": f"Coupon {token_hex(3)}",
        "terms": {"off_minor": 1000},
        "channels": ["page", "code", "staff"],
        "valid_days": 30,
        "is_active": True,
        **told,
    }
    return create_template(
        kind=kind,
        currency="CNY",
        told=given,  # type: ignore[arg-type]  # what the service checks
        actor=ACTOR,
        now=now or utc_now(),
    )


def give_coupon(
    template: CouponTemplate, member_id: UUID, *, now: datetime | None = None
) -> Coupon:
    """Put a coupon into somebody's hand."""
    [coupon] = give(template.pk, [member_id], actor=ACTOR, now=now or utc_now())
    return coupon


def basket_with(
    *items: tuple[UUID, int], member_id: UUID, coupons: Sequence[Coupon] = (), shipping: str = ""
) -> Basket:
    """Put things into a basket, with coupons to use."""
    inputs = {"coupons": [coupon.public_id for coupon in coupons]}
    basket = make_basket(*items, member_id=member_id)
    return replace(basket, choices=Choices(shipping=shipping, inputs=inputs))


def placement_with(
    *items: tuple[UUID, int], member_id: UUID, coupons: Sequence[Coupon] = (), key: str = ""
) -> Placement:
    """Ask for things with coupons."""
    basket = basket_with(*items, member_id=member_id, coupons=coupons)
    return Placement(basket, key or token_hex(8), None)
