"""What a shop sells: the tables."""

from __future__ import annotations

from kernel.catalogue.models.groups import (
    Category,
    CategoryRedirect,
    Collection,
    CollectionProduct,
    ProductCategory,
)
from kernel.catalogue.models.particulars import (
    Brand,
    ProductLabel,
    ProductType,
    ServiceLabel,
    Unit,
)
from kernel.catalogue.models.products import (
    BundleItem,
    HandleRedirect,
    OptionType,
    OptionValue,
    Picture,
    Product,
    ProductVersion,
    Variant,
    VariantValue,
)

__all__ = [
    "Brand",
    "BundleItem",
    "Category",
    "CategoryRedirect",
    "Collection",
    "CollectionProduct",
    "HandleRedirect",
    "OptionType",
    "OptionValue",
    "Picture",
    "Product",
    "ProductCategory",
    "ProductLabel",
    "ProductType",
    "ProductVersion",
    "ServiceLabel",
    "Unit",
    "Variant",
    "VariantValue",
]
