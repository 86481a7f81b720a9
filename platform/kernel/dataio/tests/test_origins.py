"""Files as other shops write them: nothing that they tell of products is lost or turned."""

from __future__ import annotations

import pytest

from kernel.catalogue.models import Category, Picture, Product, Variant
from kernel.dataio.tests.applying import applied, counts, faults, received, said
from kernel.dataio.tests.files import SHOPIFY, WOOCOMMERCE, simple, table
from kernel.inventory.models import StockItem
from kernel.pricing.models import BasePrice
from testkit.factories.catalogue import variants_of

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def woocommerce_sample() -> str:
    return table(
        WOOCOMMERCE,
        [
            {
                "ID": "1",
                "Type": "variable",
                "SKU": "TEE",
                "Name": "Tee",
                "Published": "1",
                "Short description": "Soft",
                "Categories": "Clothes > Shirts, Sale",
                "Tags": "new",
                "Images": "https://p.example/a.jpg, https://p.example/b.jpg",
                "Attribute 1 name": "Colour",
                "Attribute 1 value(s)": "Red, Blue",
            },
            {
                "ID": "2",
                "Type": "simple",
                "SKU": "MUG",
                "Name": "Mug",
                "Published": "1",
                "Regular price": "8",
                "Weight (kg)": "0.35",
            },
            {
                "ID": "3",
                "Type": "variation",
                "SKU": "TEE-R",
                "Parent": "TEE",
                "Regular price": "20",
                "Sale price": "15",
                "Attribute 1 name": "Colour",
                "Attribute 1 value(s)": "Red",
            },
            {
                "ID": "4",
                "Type": "variation",
                "SKU": "TEE-B",
                "Parent": "id:1",
                "Regular price": "20",
                "Attribute 1 name": "Colour",
                "Attribute 1 value(s)": "Blue",
            },
            {"ID": "5", "Type": "variation", "SKU": "LOST", "Parent": "id:99"},
        ],
    )


def test_a_woocommerce_file_joins_variations_wherever_they_stand() -> None:
    row = applied(received(woocommerce_sample()))

    assert (row.kind, counts(row)) == ("woocommerce", (2, 0, 0, 1))
    tee = Product.objects.get(title="Tee")
    assert [(item.sku, item.title) for item in variants_of(tee)] == [
        ("TEE-R", "Red"),
        ("TEE-B", "Blue"),
    ]
    assert (tee.lowest_minor, tee.highest_minor) == (1_500, 2_000)
    assert set(Category.objects.values_list("path", flat=True)) == {
        "clothes",
        "clothes/shirts",
        "sale",
    }
    assert Variant.objects.get(sku="MUG").weight_grams == 350
    assert faults(row) == [(6, "id:99", "dataio.row_refused")]
    assert counts(applied(received(woocommerce_sample()))) == (0, 0, 2, 1)


def test_a_woocommerce_file_loses_nothing_of_its_products() -> None:
    lamp = {"ID": "7", "Type": "variable", "Name": "Lamp", "Published": "1"}
    content = table(
        WOOCOMMERCE,
        [
            {"ID": "8", "Type": "variation, virtual", "Parent": "id:7", "Regular price": "30"}
            | {"Attribute 1 name": "Size", "Attribute 1 value(s)": "S", "In stock?": "1"},
            {"ID": "9", "Type": "variation", "Parent": "id:7", "Regular price": "40"}
            | {"Attribute 1 name": "Size", "In stock?": "1", "Stock": "parent"}
            | {"Images": "https://p.example/lamp.jpg"},
            lamp
            | {"Attribute 1 name": "Material", "Attribute 1 value(s)": "Brass\\, oiled"}
            | {"Attribute 2 name": "Size", "Attribute 2 value(s)": "S, M, L"}
            | {"Short description": "<p>Soft\\n<b>light</b></p>", "Tags": "a\\,b, c"}
            | {"Description": "One.\\n\\nTwo\\nlines", "Tax status": "none"}
            | {"Meta: _yoast_wpseo_title": "Brass lamp", "Weight (kg)": ".5", "Stock": "5"}
            | {"Length (cm)": "10", "Width (cm)": "2.5", "Height (cm)": "3"},
            {"ID": "10", "Type": "simple, downloadable", "Name": "Lamp", "Regular price": "5"}
            | {"Sale price": "1", "Date sale price ends": "2020-01-01", "In stock?": "1"}
            | {"Published": "1", "Visibility in catalog": "hidden"},
            {"ID": "11", "Type": "external", "Name": "Elsewhere", "Regular price": "5"},
        ],
    )

    first, again = applied(received(content)), applied(received(content))

    assert (counts(first), counts(again)) == ((2, 0, 0, 1), (0, 0, 2, 1)), faults(first)
    lamp_made = Product.objects.get(handle="lamp")
    prices = dict(BasePrice.objects.values_list("variant__title", "minor"))
    assert prices == {"S": 3_000, "M": 4_000, "L": 4_000, "": 500}
    assert lamp_made.description_html == (
        "<p>One.</p><p>Two<br>lines</p>"
        "<table><tbody><tr><th>Material</th><td>Brass, oiled</td></tr></tbody></table>"
    )
    assert (lamp_made.summary, lamp_made.tags) == ("Soft light", ["a,b", "c"])
    assert (lamp_made.seo_title, lamp_made.tax_class) == ("Brass lamp", "exempt")
    sold = {item.title: (item.out_of_stock, item.oversell_limit) for item in variants_of(lamp_made)}
    assert sold == {"S": ("backorder", 1_000_000), "M": ("refuse", 0), "L": ("refuse", 0)}
    kept = StockItem.objects.values_list("variant__title", "on_hand")
    assert dict(kept) == {"M": 3, "L": 2}
    measures = {(v.weight_grams, v.volume_cm3, v.image_id is None) for v in variants_of(lamp_made)}
    assert measures == {(500, 75, True), (500, 75, False)}
    hidden = Product.objects.get(handle="lamp-10")
    assert (hidden.kind, hidden.status) == ("virtual", "draft")
    assert said(first) == ["Type: Products of the kind “external” cannot be imported."]


def test_what_shopify_says_of_goods_is_kept() -> None:
    head = {"Option1_Name": "Title", "Cost_per_item": "4.10", "Type": "Lamps"}
    content = table(
        [*SHOPIFY, "Status", "Cost per item"],
        [
            simple("untracked", **head, Variant_Inventory_Tracker="", Variant_Inventory_Qty="1"),
            simple("old", Status="archived"),
            simple("aside", Status="active", Published="false"),
            simple("ticket", Variant_Requires_Shipping="false", Variant_Taxable="false"),
            simple("free", Variant_Compare_At_Price="0.00", Image_Src="b", Image_Position="2"),
            {"Handle": "free", "Image Src": "a", "Image Position": "1"},
        ],
    )

    first, again = applied(received(content)), applied(received(content))

    assert (counts(first), counts(again)) == ((5, 0, 0, 0), (0, 0, 5, 0)), faults(first)
    assert dict(Product.objects.values_list("handle", "status")) == {
        "untracked": "active",
        "old": "archived",
        "aside": "draft",
        "ticket": "active",
        "free": "active",
    }
    loose = Variant.objects.get(product__handle="untracked")
    assert (loose.oversell_limit, loose.cost_minor) == (1_000_000, 410)
    assert not StockItem.objects.exists()
    assert Category.objects.get().title == "Lamps"
    ticket = Product.objects.get(handle="ticket")
    assert (ticket.kind, ticket.tax_class) == ("virtual", "exempt")
    free = Product.objects.get(handle="free")
    assert BasePrice.objects.get(variant__product=free).compare_at_minor is None
    pictures = Picture.objects.filter(product=free).order_by("position")
    assert list(pictures.values_list("source_url", flat=True)) == ["a", "b"]


def test_shopifys_younger_names_of_columns_are_known() -> None:
    row = applied(
        received(
            "Title,URL handle,Description,Option1 name,Option1 value,SKU,Price,Status,"
            "Inventory tracker,Inventory quantity,Continue selling when out of stock,"
            "Weight value (grams),Product image URL,SEO title\n"
            "Vase,vase,<p>Clay</p>,Size,S,V-S,12,Active,shopify,4,DENY,300,https://p.example/v,Clay\n"
            ",vase,,,L,V-L,15,,shopify,2,CONTINUE,500,,\n"
        )
    )

    assert (row.kind, counts(row)) == ("shopify", (1, 0, 0, 0)), faults(row)
    vase = Product.objects.get(handle="vase", status="active", seo_title="Clay")
    assert [(item.sku, item.weight_grams, item.out_of_stock) for item in variants_of(vase)] == [
        ("V-S", 300, "refuse"),
        ("V-L", 500, "backorder"),
    ]
    assert sum(StockItem.objects.values_list("on_hand", flat=True)) == 6
