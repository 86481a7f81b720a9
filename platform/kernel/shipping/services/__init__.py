"""Ways to ship and freight templates, as the rest of the program changes them."""

from __future__ import annotations

from kernel.shipping.services.methods import (
    ShippingTerms,
    delete_shipping_method,
    set_shipping_method,
)
from kernel.shipping.services.templates import (
    TemplateTerms,
    change_template,
    create_template,
    delete_template,
)

__all__ = [
    "ShippingTerms",
    "TemplateTerms",
    "change_template",
    "create_template",
    "delete_shipping_method",
    "delete_template",
    "set_shipping_method",
]
