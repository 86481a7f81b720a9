"""What the catalogue does when something happened; run by workers after the commit."""

from __future__ import annotations

from kernel.catalogue.events import CategoryChanged, PictureAdded, ProductChanged
from kernel.catalogue.services.collections import refresh_all, refresh_product
from kernel.catalogue.services.pictures import render_picture
from kernel.common.outbox.events import Envelope, subscribe
from kernel.common.time import utc_now


def on_product_changed(event: ProductChanged, envelope: Envelope) -> None:
    """Let the rules of all collections decide on the product again."""
    refresh_product(event.product_id, now=utc_now())


def on_category_changed(event: CategoryChanged, envelope: Envelope) -> None:
    """Let the rules decide on all products again: many may have moved."""
    if event.change in {"moved", "merged", "filled", "deleted"}:
        refresh_all(now=utc_now())


def on_picture_added(event: PictureAdded, envelope: Envelope) -> None:
    """Make the renditions."""
    render_picture(event.picture_id)


def connect() -> None:
    """Subscribe the handlers."""
    subscribe(ProductChanged.name, "catalogue.refresh_product", on_product_changed)
    subscribe(CategoryChanged.name, "catalogue.refresh_collections", on_category_changed)
    subscribe(PictureAdded.name, "catalogue.render_picture", on_picture_added)
