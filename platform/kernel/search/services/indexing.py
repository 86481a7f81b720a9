"""Keeps the index like the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, Sum

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue.models import Category, Product, ProductCategory, Variant
from kernel.orders.choices import PaymentStatus
from kernel.orders.models import OrderLine
from kernel.search.documents import VERSION
from kernel.search.models import IndexState
from kernel.search.providers import provider

BATCH: Final = 500
_ASK: Final = """
INSERT INTO search_indexstate AS kept (id, version, asked_at, products)
VALUES (1, %(version)s, %(now)s, 0)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, asked_at = excluded.asked_at
 WHERE kept.version < excluded.version OR %(again)s
"""
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
    done, last, began = 0, UUID(int=0), clock()
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
    now = clock()
    IndexState.objects.update_or_create(
        id=1,
        defaults={"version": VERSION, "built_at": now, "products": done},
        create_defaults={"version": VERSION, "asked_at": began, "built_at": now, "products": done},
    )
    return done


def ask_for_index(*, now: datetime, is_wanted_anyway: bool = False) -> bool:
    """Note that the index is to be made, and return whether somebody has to do it.

    It is for shops that were there before the index, or before what it holds today; asked
    again it is made no second time, unless it is wanted anyway.
    """
    current = IndexState.objects.filter(version__gte=VERSION)
    if not is_wanted_anyway and current.exists():
        return False
    told: dict[str, Any] = {"version": VERSION, "now": now, "again": is_wanted_anyway}
    with connection.cursor() as cursor:
        cursor.execute(_ASK, told)
        return bool(cursor.rowcount)


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


@transaction.atomic
def order_index(*, actor: Actor, now: datetime) -> None:
    """Note that staff want the index made anew; whoever calls begins, with `tasks`."""
    ask_for_index(now=now, is_wanted_anyway=True)
    record(action="search.index_ordered", actor=actor, obj=("search.index", ""), now=now)


def index_of(*, clock: Callable[[], datetime], **described: UUID) -> int:
    """Take in the products of a brand or of a type, in batches; return how many."""
    ids = list(Product.objects.filter(**described).order_by("pk").values_list("pk", flat=True))
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
