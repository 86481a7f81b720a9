"""Makes stale what was drawn from data that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.common.outbox.events import Envelope, Event, subscribe
from themes.cache.counters import bump

CHANGES: Final[Mapping[str, tuple[str, ...]]] = {
    "catalogue.product_changed": ("catalogue",),
    "catalogue.category_changed": ("categories", "catalogue"),
    "catalogue.collection_changed": ("catalogue",),
    "catalogue.particulars_changed": ("catalogue",),
    "pricing.price_list_changed": ("prices",),
    "search.words_changed": ("search_words",),
    "promotions.promotion_changed": ("promotions",),
    "promotions.coupon_template_changed": ("coupons",),
    "shipping.changed": ("shipping",),
    "reviews.review_changed": ("reviews",),
    "forms.form_changed": ("forms",),
}
"""Which counters grow with which event."""


def subscribe_all() -> None:
    """Listen to every event that changes what pages show."""
    for event in CHANGES:
        subscribe(event, f"themes.cache:{event}", forget)


def forget(event: Event, _envelope: Envelope) -> None:
    """Grow the counters of an event; once more does no harm."""
    bump(*CHANGES[event.name])
