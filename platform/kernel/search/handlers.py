"""What search does when products, prices, categories or orders changed; after the commit."""

from __future__ import annotations

from typing import Final

from kernel.catalogue.events import CategoryChanged, ParticularsChanged, ProductChanged
from kernel.catalogue.models import Product
from kernel.common.outbox.events import Envelope, subscribe
from kernel.common.time import utc_now
from kernel.inventory.events import StockTurned
from kernel.orders.events import OrderPaid
from kernel.reviews.events import ReviewChanged
from kernel.search import tasks
from kernel.search.services import index_of, index_products, note_paid, restock_turned
from kernel.search.services.indexing import BATCH

_DESCRIBES: Final = {"brand": "brand_id", "producttype": "product_type_id"}
_RESCORING: Final = frozenset({"written", "published", "hidden", "withdrawn"})


def on_product_changed(event: ProductChanged, envelope: Envelope) -> None:
    """Take the product in as it is now, or let it go; prices are told by this event too."""
    index_products([event.product_id], now=utc_now())


def on_category_changed(event: CategoryChanged, envelope: Envelope) -> None:
    """Have the words and places of its products read again, in the background."""
    if event.change in {"changed", "moved", "filled"}:
        tasks.begin_below(event.category_id)
    elif event.change in {"merged", "deleted"}:
        tasks.begin_rebuild()


def on_particulars_changed(event: ParticularsChanged, envelope: Envelope) -> None:
    """Have the products of a brand or of a type read again; many of them in the background."""
    field = _DESCRIBES.get(event.kind)
    if field is None:
        return
    described = {field: event.row_id}
    if Product.objects.filter(**described)[: BATCH + 1].count() <= BATCH:
        index_of(clock=utc_now, **described)
    else:
        tasks.begin_of(**described)


def on_order_paid(event: OrderPaid, envelope: Envelope) -> None:
    """Count what was sold; a shop that sells has an index."""
    note_paid(event.order_id)
    tasks.heal(now=utc_now())


def on_stock_turned(event: StockTurned, envelope: Envelope) -> None:
    """Look at what is there by now."""
    restock_turned(event.variant_ids)


def on_review_changed(event: ReviewChanged, envelope: Envelope) -> None:
    """Count the product among those with as many stars as are published of it now."""
    if event.change in _RESCORING:
        index_products([event.product_id], now=utc_now())


def connect() -> None:
    """Subscribe the handlers."""
    subscribe(ProductChanged.name, "search.index_product", on_product_changed)
    subscribe(CategoryChanged.name, "search.index_category", on_category_changed)
    subscribe(ParticularsChanged.name, "search.index_described", on_particulars_changed)
    subscribe(StockTurned.name, "search.restock", on_stock_turned)
    subscribe(ReviewChanged.name, "search.index_rated", on_review_changed)
    subscribe(OrderPaid.name, "search.count_sold", on_order_paid)
