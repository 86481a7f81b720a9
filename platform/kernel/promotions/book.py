"""The promotions of a shop, kept by each process; see `kernel.common.books`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from kernel.common.books import Book as Kept
from kernel.common.time import utc_now
from kernel.promotions.models import CouponTemplate, Promotion
from kernel.promotions.offers import Offer, offer_of


@dataclass(frozen=True, slots=True)
class Book:
    """What may take effect.

    Attributes:
        offers: promotions that are on or will be, the highest priority first.
        is_used: False in a shop that never had a promotion or a coupon.
    """

    offers: tuple[Offer, ...] = ()
    is_used: bool = False


def current_book() -> Book:
    """Return the promotions of the current tenant; no statement unless they have changed."""
    return _KEPT.current()


def renew() -> None:
    """Have every process read the promotions anew once this transaction is committed."""
    _KEPT.renew()


def _read() -> Book:
    now = utc_now()
    rows = Promotion.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), is_active=True)
    offers = [offer_of(row) for row in rows.order_by("-priority", "id")]
    known = tuple(offer for offer in offers if offer is not None)
    is_used = bool(known) or CouponTemplate.objects.exists() or Promotion.objects.exists()
    return Book(known, is_used)


_KEPT: Final = Kept("promotions", _read)
