"""Products as staff meet them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.catalogue.models import Picture, Product, Variant
from kernel.inventory.models import StockItem
from kernel.pricing.models import BasePrice
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.catalogue import make_category, make_product, picture_bytes, variants_of
from testkit.web import TenantClient, console

STAFF = ("products.view", "products.manage", "stock.manage")
FORM = {
    "title": "Green tea",
    "summary": "Picked in April.",
    "description_html": "<p>Fresh</p><script>alert(1)</script>",
    "kind": "physical",
    "status": "draft",
    "min_per_order": "1",
    "step": "1",
    "after_sale_policy": "seven_days",
    "price": "12.50",
    "tags": "spring，green",
}


@pytest.fixture
def product(tenant: TenantRef) -> Product:
    with tenant_context(tenant):
        return make_product(title="Linen shirt", options={"Size": ["S", "M"]}, price="99.00")


def rows_of(tenant: TenantRef, product: Product) -> list[Variant]:
    with tenant_context(tenant):
        return variants_of(product)


def grid(variants: list[Variant], **changed: str) -> dict[str, str]:
    """Return the grid as it is drawn; ``changed`` is for the first row."""
    sent: dict[str, str] = {}
    for number, variant in enumerate(variants):
        row = {
            "sku": variant.sku,
            "price": "99.00",
            "compare_at": "",
            "stock": "0",
            "was": "0",
            "weight_grams": "0",
            "status": "active",
        }
        if number == 0:
            row |= changed
        sent |= {f"{variant.public_id}-{name}": value for name, value in row.items()}
    return sent


def test_only_staff_with_the_permission_come_in(tenant: TenantRef, product: Product) -> None:
    paths = ["", "new/", f"{product.public_id}/", f"{product.public_id}/variants/"]
    with console(tenant) as browser:
        strangers = {browser.get(f"/products/{path}").status_code for path in paths}
        browser.as_staff("orders.view")
        colleagues = {browser.get(f"/products/{path}").status_code for path in paths}

    assert strangers == {302}
    assert colleagues == {403}


@pytest.mark.parametrize("path", ["", "status/", "variants/", "options/", "pictures/"])
def test_who_may_only_look_changes_nothing(
    desk: TenantClient, tenant: TenantRef, product: Product, path: str
) -> None:
    desk.as_staff("products.view")

    answer = desk.post(f"/products/{product.public_id}/{path}", {**FORM, "status": "archived"})

    assert answer.status_code == 403
    with tenant_context(tenant):
        row = Product.objects.get(pk=product.pk)
        assert (row.title, row.status, row.version) == ("Linen shirt", "active", product.version)


def test_products_of_another_shop_are_not_there(tenant_b: TenantRef, product: Product) -> None:
    with console(tenant_b) as browser:
        browser.as_staff(*STAFF)

        assert "Linen shirt" not in browser.get("/products/").content.decode()
        for path in ("", "variants/"):
            assert browser.get(f"/products/{product.public_id}/{path}").status_code == 404
        assert browser.post(f"/products/{product.public_id}/status/").status_code == 404


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("", True),
        ("text=linen", True),
        ("text=wool", False),
        ("status=active", True),
        ("status=archived", False),
        ("cursor=nonsense&status=nonsense&text=%00", True),
    ],
)
def test_the_list_is_narrowed(
    desk: TenantClient, product: Product, query: str, is_there: bool
) -> None:
    desk.as_staff("products.view")

    answer = desk.get(f"/products/?{query}")

    assert answer.status_code == 200
    assert ("Linen shirt" in answer.content.decode()) == is_there


def test_a_product_is_made_with_price_options_and_category(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*STAFF)
    with tenant_context(tenant):
        category = make_category("Tea")
    sent = {**FORM, "categories": str(category.pk), "name_1": "Size", "values_1": "50 g，100 g"}

    answer = desk.post("/products/new/", sent)

    assert answer.status_code == 302
    with tenant_context(tenant):
        made = Product.objects.get(title="Green tea")
        assert made.tags == ["spring", "green"]
        assert "script" not in made.description_html
        assert [row.title for row in variants_of(made)] == ["50 g", "100 g"]
        assert set(BasePrice.objects.values_list("minor", flat=True)) == {1250}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("title", "a\x00b"),
        ("price", "1.23456"),
        ("price", "-5"),
        ("price", "NaN"),
        ("min_per_order", "0"),
        ("step", "99999999999"),
        ("max_per_order", "-1"),
        ("kind", "spell"),
        ("categories", "not-an-id"),
        ("values_1", "S, M"),
        ("name_1", "Size"),
    ],
)
def test_a_product_that_cannot_be_is_told_and_not_made(
    desk: TenantClient, tenant: TenantRef, field: str, value: str
) -> None:
    desk.as_staff(*STAFF)
    sent = {**FORM, field: value}

    answer = desk.post("/products/new/", sent)

    is_made = answer.status_code == 302
    with tenant_context(tenant):
        assert Product.objects.exists() == is_made
    # Values without a name are no option.
    assert is_made == (field == "values_1")


def test_particulars_are_changed_unless_somebody_else_was_faster(
    desk: TenantClient, tenant: TenantRef, product: Product
) -> None:
    desk.as_staff(*STAFF)
    sent = {**FORM, "version": str(product.version), "title_en": "Shirt", "title_zh-hans": "衬衫"}

    first = desk.post(f"/products/{product.public_id}/", sent)
    second = desk.post(f"/products/{product.public_id}/", {**sent, "title": "Too late"})

    assert (first.status_code, second.status_code) == (302, 422)
    assert "Somebody else has changed this product" in second.content.decode()
    with tenant_context(tenant):
        row = Product.objects.get(pk=product.pk)
        assert row.title == "Green tea"
        assert len(row.i18n) == 1


def test_a_product_is_archived_and_that_is_undone(
    desk: TenantClient, tenant: TenantRef, product: Product
) -> None:
    desk.as_staff(*STAFF)
    path = f"/products/{product.public_id}/status/"

    done = desk.post(path, {"status": "archived"}, follow=True)
    refused = desk.post(path, {"status": "gone"}, follow=True)
    with tenant_context(tenant):
        archived = Product.objects.get(pk=product.pk).status
    undone = desk.post(path, {"status": "active"}, follow=True)

    assert "The product was archived." in done.content.decode()
    assert "Was that a mistake?" in done.content.decode()
    assert archived == "archived"
    assert "Choose one of the values offered." in refused.content.decode()
    assert "The product is on sale." in undone.content.decode()


def test_prices_and_stock_are_saved_with_all_variants(
    desk: TenantClient, tenant: TenantRef, product: Product
) -> None:
    desk.as_staff(*STAFF)
    variants = rows_of(tenant, product)

    answer = desk.post(
        f"/products/{product.public_id}/variants/",
        grid(variants, sku="SHIRT-S", price="88.00", compare_at="120", stock="7"),
    )

    assert answer.status_code == 302
    with tenant_context(tenant):
        assert Variant.objects.get(pk=variants[0].pk).sku == "SHIRT-S"
        price = BasePrice.objects.get(variant=variants[0])
        assert (price.minor, price.compare_at_minor) == (8800, 12000)
        assert StockItem.objects.get(variant=variants[0]).on_hand == 7


def test_barcode_cost_and_sale_ahead_are_saved_with_the_grid(
    desk: TenantClient, tenant: TenantRef, product: Product
) -> None:
    desk.as_staff(*STAFF)
    variants = rows_of(tenant, product)
    ahead = {
        "barcode": "690",
        "cost": "40.50",
        "image": "",
        "out_of_stock": "preorder",
        "oversell_limit": "5",
        "ships_by": "2030-12-05",
    }
    sent = grid(variants) | {
        f"{row.public_id}-{name}": text for row in variants for name, text in ahead.items()
    }

    answer = desk.post(f"/products/{product.public_id}/variants/", sent)

    assert answer.status_code == 302
    with tenant_context(tenant):
        row = Variant.objects.get(pk=variants[0].pk)
        assert (row.barcode, row.cost_minor, row.currency) == ("690", 4050, "CNY")
        assert (row.out_of_stock, row.oversell_limit) == ("preorder", 5)
        assert row.ships_by == date(2030, 12, 5)


def test_stock_moves_by_what_the_reader_changed(
    desk: TenantClient, tenant: TenantRef, product: Product
) -> None:
    desk.as_staff(*STAFF)
    variants = rows_of(tenant, product)
    path = f"/products/{product.public_id}/variants/"

    desk.post(path, grid(variants, stock="10"))
    desk.post(path, grid(variants, stock="15", was="12"))

    with tenant_context(tenant):
        assert StockItem.objects.get(variant=variants[0]).on_hand == 13


@pytest.mark.parametrize(
    "changed",
    [
        {"price": "1.234567"},
        {"price": "-1"},
        {"sku": ""},
        {"sku": "TAKEN"},
        {"stock": "-1"},
        {"stock": "99999999999999999999"},
        {"stock": "0", "was": "5"},
        {"weight_grams": "-2"},
        {"status": "gone"},
        {"compare_at": "five"},
    ],
)
def test_one_bad_cell_saves_no_row(
    desk: TenantClient, tenant: TenantRef, product: Product, changed: dict[str, str]
) -> None:
    desk.as_staff(*STAFF)
    variants = rows_of(tenant, product)
    with tenant_context(tenant):
        make_product(title="Other", sku="TAKEN")
    sent = grid(variants, **changed)
    sent[f"{variants[1].public_id}-price"] = "1.00"

    answer = desk.post(f"/products/{product.public_id}/variants/", sent)

    assert answer.status_code == 422
    with tenant_context(tenant):
        prices = BasePrice.objects.filter(variant__in=variants)
        assert set(prices.values_list("minor", flat=True)) == {9900}
        assert not StockItem.objects.filter(on_hand__gt=0).exists()


def test_stock_stays_for_who_may_not_change_it(
    desk: TenantClient, tenant: TenantRef, product: Product
) -> None:
    desk.as_staff("products.view", "products.manage")

    desk.post(
        f"/products/{product.public_id}/variants/", grid(rows_of(tenant, product), stock="500")
    )

    with tenant_context(tenant):
        assert not StockItem.objects.filter(on_hand__gt=0).exists()


def test_options_give_variants(desk: TenantClient, tenant: TenantRef, product: Product) -> None:
    desk.as_staff(*STAFF)

    done = desk.post(
        f"/products/{product.public_id}/options/", {"name_1": "Size", "values_1": "S, M, L"}
    )
    refused = desk.post(f"/products/{product.public_id}/options/", {"name_1": "Size"})

    assert (done.status_code, refused.status_code) == (302, 422)
    assert [row.title for row in rows_of(tenant, product)] == ["S", "M", "L"]


def test_pictures_are_added_and_others_are_named(
    desk: TenantClient, tenant: TenantRef, product: Product
) -> None:
    desk.as_staff(*STAFF)
    files = [
        SimpleUploadedFile("good.png", picture_bytes()),
        SimpleUploadedFile("bad.png", b"<svg onload=alert(1)>"),
    ]

    answer = desk.post(f"/products/{product.public_id}/pictures/", {"file": files}, follow=True)

    text = answer.content.decode()
    assert "The pictures are being prepared." in text
    assert "bad.png: " in text
    with tenant_context(tenant):
        [picture] = Picture.objects.all()
    path = f"/products/{product.public_id}/pictures/{picture.public_id}/"
    desk.post(path, {"act": "alt", "alt": "A green leaf"})
    with tenant_context(tenant):
        assert Picture.objects.get().alt == "A green leaf"
    desk.post(path, {"act": "remove"})
    with tenant_context(tenant):
        assert not Picture.objects.exists()
