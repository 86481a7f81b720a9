"""What pages, edges and other centres read of the catalogue, with fixed numbers of queries."""

from __future__ import annotations

from kernel.catalogue.selectors.cards import (
    Card,
    CardFilter,
    CardPage,
    Sort,
    product_cards,
    published,
)
from kernel.catalogue.selectors.pages import (
    OptionShown,
    ProductPage,
    ValueShown,
    VariantShown,
    moved_handle,
    product_page,
)
from kernel.catalogue.selectors.pictures import PictureShown, first_pictures
from kernel.catalogue.selectors.trees import (
    CategoryNode,
    breadcrumbs,
    category_at,
    category_tree,
    collection_with,
    moved_category,
    shown_collections,
)
from kernel.catalogue.selectors.variants import VariantFacts, variant_facts

__all__ = [
    "Card",
    "CardFilter",
    "CardPage",
    "CategoryNode",
    "OptionShown",
    "PictureShown",
    "ProductPage",
    "Sort",
    "ValueShown",
    "VariantFacts",
    "VariantShown",
    "breadcrumbs",
    "category_at",
    "category_tree",
    "collection_with",
    "first_pictures",
    "moved_category",
    "moved_handle",
    "product_cards",
    "product_page",
    "published",
    "shown_collections",
    "variant_facts",
]
