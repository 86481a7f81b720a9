"""What the shop sells, as the storefront's blocks take it: plain values, few queries.

Each source answers all bindings of a page together, with a number of queries that
depends neither on how many blocks ask nor on how much they show.
"""

from __future__ import annotations

from themes.shop import categories, listings, products, related
from themes.sources import register_source


def register_all() -> None:
    """Make the sources known; called once, when the process starts."""
    for source in (
        categories.CATEGORIES,
        listings.PRODUCTS,
        listings.LISTING,
        products.PRODUCT,
        related.RELATED,
        related.COLLECTION,
    ):
        register_source(source)
