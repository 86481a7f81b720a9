"""What search does when products, prices, categories or orders changed; after the commit."""

from __future__ import annotations

from kernel.catalogue.events import CategoryChanged, ProductChanged
from kernel.common.outbox.events import Envelope, subscribe
from kernel.common.time import utc_now
from kernel.inventory.events import StockTurned
from kernel.orders.events import OrderPaid
from kernel.search import tasks
from kernel.search.services import index_products, note_paid, restock_turned


def on_product_changed(event: ProductChanged, envelope: Envelope) -> None:
    """Take the product in as it is now, or let it go; prices are told by this event too."""
    index_products([event.product_id], now=utc_now())


def on_category_changed(event: CategoryChanged, envelope: Envelope) -> None:
    """Have the words and places of its products read again, in the background."""
    if event.change in {"changed", "moved", "filled"}:
        tasks.begin_below(event.category_id)
    elif event.change in {"merged", "deleted"}:
        tasks.begin_rebuild()


def on_order_paid(event: OrderPaid, envelope: Envelope) -> None:
    """Count what was sold."""
    note_paid(event.order_id)


def on_stock_turned(event: StockTurned, envelope: Envelope) -> None:
    """Look at what is there by now."""
    restock_turned(event.variant_ids)


def connect() -> None:
    """Subscribe the handlers."""
    subscribe(ProductChanged.name, "search.index_product", on_product_changed)
    subscribe(CategoryChanged.name, "search.index_category", on_category_changed)
    subscribe(StockTurned.name, "search.restock", on_stock_turned)
    subscribe(OrderPaid.name, "search.count_sold", on_order_paid)
