"""Files as shops export them, written for these tests."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook

SHOPIFY = (
    *("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published"),
    *("Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value"),
    *("Option3 Name", "Option3 Value", "Variant SKU", "Variant Grams"),
    *("Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy"),
    *("Variant Fulfillment Service", "Variant Price", "Variant Compare At Price"),
    *("Variant Requires Shipping", "Variant Taxable", "Variant Barcode", "Image Src"),
    *("Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description"),
    *("Variant Image", "Variant Weight Unit", "Variant Tax Code"),
)
WOOCOMMERCE = (
    *("ID", "Type", "SKU", "Name", "Published", "Visibility in catalog"),
    *("Short description", "Description", "Date sale price ends", "Tax status", "In stock?"),
    *("Length (cm)", "Width (cm)", "Height (cm)", "Sold individually?"),
    *("Weight (kg)", "Stock", "Sale price", "Regular price", "Categories", "Tags", "Images"),
    *("Parent", "Attribute 1 name", "Attribute 1 value(s)", "Attribute 1 visible"),
    *("Attribute 2 name", "Attribute 2 value(s)", "Meta: _yoast_wpseo_title"),
)


def table(
    columns: Sequence[str], rows: Iterable[Mapping[str, str]], *, delimiter: str = ","
) -> str:
    """Return a table as text."""
    out = StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def simple(handle: str, **more: str) -> dict[str, str]:
    """Return a row of Shopify's form for a product without options."""
    return {
        "Handle": handle,
        "Title": handle.title(),
        "Published": "true",
        "Option1 Name": "Title",
        "Option1 Value": "Default Title",
        "Variant Price": "10.00",
        "Variant SKU": f"SKU-{handle}",
        "Variant Inventory Tracker": "shopify",
    } | {key.replace("_", " "): value for key, value in more.items()}


def shopify_sample() -> str:
    """Return a shirt with sizes and two pictures, and a bag without options."""
    shirt = {"Handle": "linen-shirt"}
    return table(
        SHOPIFY,
        [
            {
                **shirt,
                "Title": "Linen Shirt",
                "Body (HTML)": "<p>Soft, <b>cool</b>.</p>\n<script>x</script>",
                "Vendor": "Nordlys",
                "Tags": "men, summer",
                "Published": "true",
                "Option1 Name": "Size",
                "Option1 Value": "Small",
                "Variant SKU": "LS-S",
                "Variant Grams": "220",
                "Variant Inventory Tracker": "shopify",
                "Variant Inventory Qty": "5",
                "Variant Inventory Policy": "continue",
                "Variant Price": "60",
                "Variant Compare At Price": "75.50",
                "Image Src": "https://pictures.example/shirt-front.jpg",
                "Image Alt Text": "Front",
                "SEO Title": "Linen",
            },
            {
                **shirt,
                "Option1 Value": "Medium",
                "Variant SKU": "LS-M",
                "Variant Price": "62",
                "Image Src": "https://pictures.example/shirt-back.jpg",
            },
            {**shirt, "Image Src": "https://pictures.example/shirt-side.jpg"},
            simple("leather-bag", Published="false", Variant_Price="30"),
        ],
    )


def workbook(rows: Iterable[Sequence[object]]) -> bytes:
    """Return a spreadsheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()
