"""Keeps the index like the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, Sum

from kernel.catalogue.models import Category, Product, ProductCategory, Variant
from kernel.orders.choices import PaymentStatus
from kernel.orders.models import OrderLine
from kernel.search.providers import provider

BATCH: Final = 500
_PAID: Final = (PaymentStatus.PAID, PaymentStatus.PART_REFUNDED, PaymentStatus.REFUNDED)


def index_products(product_ids: Collection[UUID], *, now: datetime) -> int:
    """Take products in as they are now; return how many are on sale."""
    return provider().index(product_ids, now=now)


def rebuild(
    *,
    clock: Callable[[], datetime],
    batch: int = BATCH,
    told: Callable[[int], None] = lambda _done: None,
) -> int:
    """Make the index of the current tenant anew, while it is searched; return how many.

    Each batch is a transaction of its own, so products are found throughout; run
    again after it broke off, it begins anew and does no harm.

    Args:
        clock: tells the moment.
        batch: how many products at a time.
        told: called with how many are done.
    """
    done, last = 0, UUID(int=0)
    while True:
        ids = list(
            Product.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]
        )
        if not ids:
            break
        provider().index(ids, now=clock())
        done, last = done + len(ids), ids[-1]
        told(done)
    lines = OrderLine.objects.filter(order__payment_status__in=_PAID)
    sold = lines.values_list("product_id").annotate(sold=Sum("quantity"))
    provider().note_sold(dict(sold.order_by()), is_all=True)
    return done


def index_below(category_id: UUID, *, clock: Callable[[], datetime]) -> int:
    """Take in what stands in a category or below it, in batches; return how many."""
    here = Category.objects.filter(pk=category_id).first()
    if here is None:
        return 0
    below = Q(category=here) | Q(category__path__startswith=f"{here.path}/")
    rows = ProductCategory.objects.filter(below).order_by("product_id").distinct()
    ids = list(rows.values_list("product_id", flat=True))
    for start in range(0, len(ids), BATCH):
        provider().index(ids[start : start + BATCH], now=clock())
    return len(ids)


def note_paid(order_id: UUID) -> None:
    """Add what was paid for to what was sold."""
    sold: Counter[UUID] = Counter()
    for product, quantity in OrderLine.objects.filter(order=order_id).values_list(
        "product_id", "quantity"
    ):
        sold[product] += quantity
    provider().note_sold(sold, is_all=False)


def restock_turned(variant_ids: Collection[UUID]) -> None:
    """Look anew at the stock of the products of variants."""
    rows = Variant.objects.filter(pk__in=variant_ids)
    provider().restock(sorted(set(rows.values_list("product_id", flat=True))))
