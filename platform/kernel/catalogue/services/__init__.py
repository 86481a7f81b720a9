"""What changes the catalogue. Every write is audited and told to whoever listens."""

from __future__ import annotations

from kernel.catalogue.services.batch import NewProduct, Plan, create_products, plan_product
from kernel.catalogue.services.batch_changes import Changed, ProductChange, change_products
from kernel.catalogue.services.batch_options import (
    Growth,
    grow_products,
    lock_matrices,
    options_in,
    plan_growth,
)
from kernel.catalogue.services.categories import (
    change_category,
    create_category,
    delete_category,
    merge_category,
    move_category,
    place_in_category,
)
from kernel.catalogue.services.collections import (
    change_collection,
    chosen_by,
    create_collection,
    delete_collection,
    refresh_collection,
    set_collection_products,
)
from kernel.catalogue.services.drafts import discard_draft, publish_draft, save_draft
from kernel.catalogue.services.grid import VariantFields, save_grid, save_priced_grid
from kernel.catalogue.services.group_pictures import keep_group_picture
from kernel.catalogue.services.options import OptionSpec, ValueSpec, set_options
from kernel.catalogue.services.particulars import (
    save_brand,
    save_label,
    save_product_type,
    save_unit,
)
from kernel.catalogue.services.pictures import (
    add_library_picture,
    add_picture,
    change_picture,
    expect_picture,
    order_pictures,
    remove_picture,
    store_original,
)
from kernel.catalogue.services.products import (
    ProductFields,
    change_product,
    create_product,
    note_prices,
    set_bundle,
)

__all__ = [
    "Changed",
    "Growth",
    "NewProduct",
    "OptionSpec",
    "Plan",
    "ProductChange",
    "ProductFields",
    "ValueSpec",
    "VariantFields",
    "add_library_picture",
    "add_picture",
    "change_category",
    "change_collection",
    "change_picture",
    "change_product",
    "change_products",
    "chosen_by",
    "create_category",
    "create_collection",
    "create_product",
    "create_products",
    "delete_category",
    "delete_collection",
    "discard_draft",
    "expect_picture",
    "grow_products",
    "keep_group_picture",
    "lock_matrices",
    "merge_category",
    "move_category",
    "note_prices",
    "options_in",
    "order_pictures",
    "place_in_category",
    "plan_growth",
    "plan_product",
    "publish_draft",
    "refresh_collection",
    "remove_picture",
    "save_brand",
    "save_draft",
    "save_grid",
    "save_label",
    "save_priced_grid",
    "save_product_type",
    "save_unit",
    "set_bundle",
    "set_collection_products",
    "set_options",
    "store_original",
]
