"""A shop's product export as Shopify writes it: every column, most of them empty."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Final

COLUMNS: Final = (
    *("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published"),
    *("Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value"),
    *("Option3 Name", "Option3 Value", "Variant SKU", "Variant Grams"),
    *("Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy"),
    *("Variant Fulfillment Service", "Variant Price", "Variant Compare At Price"),
    *("Variant Requires Shipping", "Variant Taxable", "Variant Barcode", "Image Src"),
    *("Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description"),
    "Google Shopping / Google Product Category",
    *(f"Google Shopping / {name}" for name in ("Gender", "Age Group", "MPN")),
    *(f"Google Shopping / AdWords {name}" for name in ("Grouping", "Labels")),
    *(f"Google Shopping / {name}" for name in ("Condition", "Custom Product")),
    *(f"Google Shopping / Custom Label {number}" for number in range(5)),
    *("Variant Image", "Variant Weight Unit", "Variant Tax Code"),
)
# Title, tag, price, sizes.
_GOODS: Final = (
    ("Harbour Blue Shirt", "men", "50", ()),
    ("Varsity Cardigan", "women", "60", ("Small", "Medium", "Large")),
    ("Mustard Wool Jumper", "women", "80", ()),
    ("Waxed Field Jacket", "men", "145.50", ("M", "L")),
    ("Canvas Day Bag", "accessories", "30", ()),
    ("Ribbed Winter Hat", "accessories", "18.25", ()),
)


def export(*, stock: int) -> bytes:
    """Return the file: a row for each size, of which only the first says what it is."""
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    for title, tag, price, sizes in _GOODS:
        handle = title.lower().replace(" ", "-")
        head = {
            "Title": title,
            "Body (HTML)": f"<p>{title}, made to be worn for years.</p>",
            "Vendor": "Harbour",
            "Tags": tag,
            "Published": "true",
            "Option1 Name": "Size" if sizes else "Title",
            "Gift Card": "false",
        }
        for number, size in enumerate(sizes or ("Default Title",)):
            writer.writerow(
                {
                    "Handle": handle,
                    **(head if number == 0 else {}),
                    "Option1 Value": size,
                    "Variant Grams": "0",
                    "Variant Inventory Tracker": "shopify",
                    "Variant Inventory Qty": str(stock),
                    "Variant Inventory Policy": "deny",
                    "Variant Fulfillment Service": "manual",
                    "Variant Price": price,
                    "Variant Requires Shipping": "true",
                    "Variant Taxable": "true",
                    "Variant Weight Unit": "kg",
                }
            )
    return out.getvalue().encode()
