"""Categories, collections and labels as staff meet them."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kernel.catalogue.models import (
    Category,
    CategoryRedirect,
    Collection,
    CollectionProduct,
    Product,
    ProductLabel,
    ProductType,
    ServiceLabel,
    Unit,
)
from kernel.catalogue.services import change_product, create_category, create_product
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER
from testkit.web import TenantClient

STAFF = ("products.view", "products.manage")


def category(tenant: TenantRef, title: str, parent: Category | None = None) -> Category:
    with tenant_context(tenant):
        parent_id = parent.pk if parent else None
        return create_category({"title": title}, parent_id=parent_id, actor=TESTER)


def product(tenant: TenantRef, title: str, **fields: object) -> Product:
    with tenant_context(tenant):
        return create_product({"title": title, **fields}, actor=TESTER)  # type: ignore[typeddict-item]


def picture() -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (40, 40), "#1f6f5c").save(file, "PNG")
    return SimpleUploadedFile("shelf.png", file.getvalue(), content_type="image/png")


def test_who_may_only_look_changes_nothing(desk: TenantClient, tenant: TenantRef) -> None:
    tea = category(tenant, "Tea")
    desk.as_staff("products.view")
    paths = [
        "/categories/",
        f"/categories/{tea.public_id}/",
        "/collections/",
        "/labels/",
        "/brands/",
    ]

    seen = {desk.get(path).status_code for path in paths}
    refused = {desk.post(path, {"title": "x"}).status_code for path in (paths[0], *paths[1::2])}
    acts = {
        desk.post(f"/categories/{tea.public_id}/{act}/").status_code
        for act in ("move", "merge", "delete")
    }

    assert (seen, refused, acts) == ({200}, {403}, {403})


def test_a_category_is_added_renamed_pictured_and_moved_with_redirects(
    desk: TenantClient, tenant: TenantRef
) -> None:
    drinks = category(tenant, "Drinks")
    desk.as_staff(*STAFF)

    made = desk.post("/categories/", {"title": "Green tea", "parent": str(drinks.pk)})
    with tenant_context(tenant):
        tea = Category.objects.get(title="Green tea")
    saved = desk.post(
        f"/categories/{tea.public_id}/",
        {"title": "Tea", "slug": "tea", "title_en": "Tea", "file": picture(), "is_shown": "on"},
    )
    moved = desk.post(f"/categories/{tea.public_id}/move/", {"parent": "", "place": "1"})

    assert (made.status_code, saved.status_code, moved.status_code) == (302, 302, 302)
    with tenant_context(tenant):
        tea.refresh_from_db()
        assert (tea.path, tea.position, tea.title) == ("tea", 0, "Tea")
        assert tea.picture.endswith(".webp")
        old = CategoryRedirect.objects.filter(category=tea).values_list("path", flat=True)
        assert set(old) == {"drinks/green-tea", "drinks/tea"}
    page = desk.get(f"/categories/{tea.public_id}/").content.decode()
    assert "/drinks/green-tea" in page


def test_a_category_is_merged_or_deleted_when_it_is_meant(
    desk: TenantClient, tenant: TenantRef
) -> None:
    tea, infusions = category(tenant, "Tea"), category(tenant, "Infusions")
    product(tenant, "Mint", category_ids=[infusions.pk])
    desk.as_staff(*STAFF)

    full = desk.post(f"/categories/{infusions.public_id}/delete/")
    unsure = desk.post(f"/categories/{infusions.public_id}/merge/", {"into": str(tea.pk)})
    merged = desk.post(
        f"/categories/{infusions.public_id}/merge/", {"into": str(tea.pk), "sure": "on"}
    )

    assert (full.status_code, unsure.status_code, merged.status_code) == (302, 422, 302)
    with tenant_context(tenant):
        assert [row.title for row in Category.objects.all()] == ["Tea"]
    assert "Mint" in desk.get(f"/products/?category={tea.public_id}").content.decode()
    exported = b"".join(desk.get(f"/products/?category={tea.public_id}")).decode()
    assert "Mint" in exported


def test_rules_are_tried_before_they_are_saved(desk: TenantClient, tenant: TenantRef) -> None:
    tea = category(tenant, "Tea")
    product(tenant, "Mint", category_ids=[tea.pk], tags=["calm"])
    product(tenant, "Kettle")
    desk.as_staff(*STAFF)
    form = {
        "title": "Calm",
        "match": "all",
        "what_0": "category is",
        "value_0": "tea",
        "what_1": "tag is",
        "value_1": "calm",
    }

    tried = desk.post("/collections/new/rules/", {**form, "act": "preview"}).content.decode()
    with tenant_context(tenant):
        assert not Collection.objects.exists()
    saved = desk.post("/collections/new/rules/", form)
    again = desk.get(saved["Location"]).content.decode()

    assert "Products that fit: 1" in tried
    assert "Mint" in tried
    assert 'value="Tea"' in again
    with tenant_context(tenant):
        assert CollectionProduct.objects.count() == 1


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("category is", "nowhere"),
        ("price lt", "abc"),
        ("created within_days", "many"),
        ("created before", "yesterday"),
    ],
)
def test_a_rule_that_cannot_be_is_marked(desk: TenantClient, what: str, value: str) -> None:
    desk.as_staff(*STAFF)
    form = {"title": "X", "match": "any", "what_0": what, "value_0": value}

    answer = desk.post("/collections/new/rules/", form)

    assert answer.status_code == 422
    assert 'id="id_value_0_error"' in answer.content.decode()


def test_products_are_chosen_by_hand_in_an_order(desk: TenantClient, tenant: TenantRef) -> None:
    first, second, third = (product(tenant, f"Cup {number}") for number in (1, 2, 3))
    desk.as_staff(*STAFF)
    made = desk.post("/collections/new/manual/", {"title": "Cups"})["Location"]

    found = desk.get(f"{made}?find=cup").content.decode()
    desk.post(f"{made}products/", {"add": [row.public_id for row in (first, second, third)]})
    desk.post(
        f"{made}products/",
        {f"place_{third.public_id}": "1", f"out_{second.public_id}": "on"},
    )

    assert "Cup 2" in found
    with tenant_context(tenant):
        rows = CollectionProduct.objects.order_by("position")
        assert [row.product_id for row in rows] == [third.pk, first.pk]
    assert desk.post(f"{made}delete/").status_code == 302
    with tenant_context(tenant):
        assert Product.objects.count() == 3


def test_a_label_is_made_and_given_to_a_product(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff(*STAFF)
    form = {
        "code": "today",
        "position": "1",
        "title_zh-hans": "当日发货",
        "title_en": "Ships today",
    }

    desk.post("/labels/", {**form, "is_shown": "on"})
    mint = product(tenant, "Mint")
    with tenant_context(tenant):
        label = ServiceLabel.objects.get()
    shown = desk.get(f"/products/{mint.public_id}/").content.decode()
    with tenant_context(tenant):
        change_product(mint.pk, {"label_ids": [label.pk]}, actor=TESTER)
        assert ProductLabel.objects.count() == 1

    assert "Ships today" in shown
    assert f'value="{label.pk}" id="id_labels_0" checked' in (
        desk.get(f"/products/{mint.public_id}/").content.decode()
    )


def test_a_product_type_asks_for_attributes_and_the_log_tells_what_changed(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*STAFF)
    asked = {
        "code": "tea",
        "name": "茶叶",
        "row_0_name": "产地",
        "row_0_kind": "text",
        "row_1_name": "等级",
        "row_1_kind": "choice",
        "row_1_choices": "一级，特级",
        "row_1_required": "on",
        "row_2_name": "有机",
        "row_2_kind": "boolean",
    }
    mint = product(tenant, "Mint")
    path = f"/products/{mint.public_id}/"

    refused = desk.post("/product-types/", {**asked, "row_1_choices": ""})
    made = desk.post("/product-types/", asked)
    unit = desk.post("/units/", {"code": "box", "name_zh-hans": "盒", "name_en": "Box"})
    brand = desk.post("/brands/", {"name": "Hill", "position": "0"})
    with tenant_context(tenant):
        kind, box = ProductType.objects.get(), Unit.objects.get()
    form = {
        "title": "Mint",
        "min_per_order": "1",
        "step": "1",
        "after_sale_policy": "seven_days",
        "product_type": str(kind.pk),
        "unit": str(box.pk),
        "attribute_a1": "杭州",
        "attribute_a2": "特级",
        "attribute_a3": "yes",
        "on_sale_from": "2030-05-01T08:00",
    }
    saved = desk.post(path, form)
    log = desk.get(f"{path}versions/").content.decode()

    assert (refused.status_code, made.status_code, unit.status_code) == (422, 302, 302)
    assert (brand.status_code, saved.status_code) == (302, 302)
    with tenant_context(tenant):
        row = Product.objects.get(pk=mint.pk)
        assert row.attributes == {"a1": "杭州", "a2": "特级", "a3": True}
        assert row.published_from == datetime(2030, 5, 1, tzinfo=UTC)
    assert "杭州 · 特级" in log
    assert "茶叶" in log
