"""The catalogue over HTTP: the store's API, and the one for staff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from kernel.access.api.authentication import StaffView
from kernel.audit.models import AuditEntry
from kernel.catalogue.models import Picture, Product, Variant
from kernel.catalogue.services import change_category, change_product
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.catalogue import (
    ACTOR,
    make_category,
    make_collection,
    make_price_list,
    make_product,
    picture_bytes,
    variants_of,
)
from testkit.web import TenantClient, console, store

STORE, ADMIN = "/api/v1/store/", "/api/v1/admin/"
JSON: Any = {"content_type": "application/json"}


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a, headers={"Accept-Language": "en"}) as client:
        yield client


@pytest.fixture
def staff(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a, headers={"Accept-Language": "en"}) as client:
        client.as_staff("products.view", "products.manage", "prices.view", "prices.manage")
        yield client


def test_the_store_lists_filters_and_pages(shop: TenantClient, tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        place = make_category("Shirts")
        collection = make_collection(
            "Sale",
            rules={"match": "all", "rules": [{"field": "tag", "operator": "is", "value": "s"}]},
        )
        for number in range(3):
            make_product(
                title=f"Shirt {number}",
                price=f"{number + 1}.00",
                category_ids=[place.id],
                tags=["s"] if number else [],
            )
        make_product(title="Secret", status="draft")
        collection.refresh_from_db()

    first = shop.get(f"{STORE}products/?category=shirts&sort=price_low&limit=2").json()
    rest = shop.get(
        f"{STORE}products/?category=shirts&sort=price_low&limit=2&cursor={first['next_cursor']}"
    ).json()
    narrow = shop.get(f"{STORE}products/?min_price=2.00&tag=s&fields=title,price").json()

    assert [item["title"] for item in first["items"] + rest["items"]] == [
        "Shirt 0",
        "Shirt 1",
        "Shirt 2",
    ]
    assert rest["next_cursor"] is None
    assert narrow["items"][0] == {
        "title": "Shirt 2",
        "price": {"amount": "3.00", "currency": "CNY", "compare_at": None, "lowest_recent": None},
    }
    assert shop.get(f"{STORE}products/?tag=s&tag=none").json()["items"] == []
    assert shop.get(f"{STORE}products/?brand=nobody").json()["items"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=x", 422),
        ("sort=cheap", 422),
        ("cursor=zzz", 400),
        ("min_price=1.23456", 400),
        ("collection=none", 404),
        ("tag=%00", 422),
        ("sort=manual", 400),
    ],
)
def test_a_list_that_cannot_be_is_a_problem(shop: TenantClient, query: str, status: int) -> None:
    answer = shop.get(f"{STORE}products/?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_product_is_shown_with_the_members_own_price(
    shop: TenantClient, tenant_a: TenantRef
) -> None:
    with tenant_context(tenant_a):
        product = make_product(title="Tea", options={"Size": ["S", "M"]}, price="10.00")
        small = variants_of(product)[0]
        make_price_list({small.id: "8.00"}, audience={"signed_in": True})

    stranger = shop.get(f"{STORE}products/tea/").json()
    shop.as_member()
    member = shop.get(f"{STORE}products/tea/").json()

    assert [item["price"]["amount"] for item in stranger["variants"]] == ["10.00", "10.00"]
    assert stranger["variants"][0]["price"]["lowest_recent"] == "10.00"
    assert member["variants"][0]["price"]["amount"] == "8.00"
    assert member["variants"][0]["price"]["compare_at"] == "10.00"
    assert "cost_minor" not in str(stranger)
    assert member["options"][0]["values"][0]["id"] == member["variants"][0]["value_ids"][0]


def test_the_costs_of_a_list_and_a_page_over_http_are_fixed(
    shop: TenantClient, tenant_a: TenantRef
) -> None:
    with tenant_context(tenant_a):
        for _number in range(6):
            make_product(options={"Size": ["S", "M", "L"]})
        make_product(handle="one")
        many = make_product(handle="many", options={"A": list("123456"), "B": list("123456")})
        make_price_list({item.id: "5.00" for item in variants_of(many)})
    shop.get(f"{STORE}categories/")

    costs = {}
    for path in ("products/?limit=1", "products/?limit=48", "products/one/", "products/many/"):
        with tenant_context(tenant_a), CaptureQueriesContext(connection) as caught:
            shop.get(f"{STORE}{path}")
        costs[path] = len([query for query in caught if "SAVEPOINT" not in query["sql"]])

    assert costs["products/?limit=1"] == costs["products/?limit=48"] == 6
    assert costs["products/one/"] == costs["products/many/"] == 12


def test_old_addresses_lead_to_the_new_ones(shop: TenantClient, tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        product = make_product(handle="old")
        change_product(product.id, {"handle": "new"}, actor=ACTOR)
        place = make_category("Old", parent=make_category("Top"))
        change_category(place.id, {"slug": "new"}, actor=ACTOR)

    moved = shop.get(f"{STORE}products/old/")
    gone = shop.get(f"{STORE}products/never/")
    category = shop.get(f"{STORE}categories/top/old/")

    assert (moved.status_code, moved["Location"]) == (301, f"{STORE}products/new/")
    assert (gone.status_code, gone.json()["code"]) == (404, "catalogue.not_found")
    assert (category.status_code, category["Location"]) == (301, f"{STORE}categories/top/new/")
    shown = shop.get(f"{STORE}categories/top/new/").json()
    assert [item["path"] for item in shown["breadcrumbs"]] == ["top", "top/new"]
    tree = shop.get(f"{STORE}categories/").json()
    assert tree["items"][0]["children"][0]["path"] == "top/new"


@pytest.mark.parametrize("path", ["products/%00/", "categories/a%00/", "collections/%00/"])
def test_an_address_that_nothing_can_have_is_not_found(shop: TenantClient, path: str) -> None:
    assert shop.get(f"{STORE}{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("products/", {"title": "a\u0000b"}),
        ("products/", {"title": "a", "i18n": {"en": {"title": "\ud800"}}}),
        ("products/", {"title": "a", "attributes": [1]}),
        (
            "collections/",
            {
                "title": "a",
                "rules": {
                    "match": "all",
                    "rules": [{"field": "tag", "operator": "is", "value": "\u0000"}],
                },
            },
        ),
        ("price-lists/", {"code": "a", "name": "a", "audience": {"groups": ["\u0000"]}}),
        (
            "price-lists/",
            {
                "code": "a",
                "name": "a",
                "rules": [{"of": "tag", "value": "\ud800", "percent_off_bp": 5}],
            },
        ),
    ],
)
def test_characters_that_cannot_be_kept_are_refused_in_every_place(
    staff: TenantClient, tenant_a: TenantRef, path: str, body: Any
) -> None:
    answer = staff.post(f"{ADMIN}{path}", body, **JSON)

    assert answer.status_code == 422, answer.content
    with tenant_context(tenant_a):
        assert not Product.objects.exists()


def test_staff_make_a_product_edit_its_grid_and_put_it_on_sale(
    staff: TenantClient, tenant_a: TenantRef
) -> None:
    made = staff.post(
        f"{ADMIN}products/",
        {
            "title": "Shirt",
            "price": "19.90",
            "options": [
                {"name": "Colour", "values": [{"name": "Red", "colour": "#ff0000"}]},
                {"name": "Size", "values": [{"name": "S"}, {"name": "M"}]},
            ],
        },
        **JSON,
    )
    own = f"{ADMIN}products/{made.json()['id']}/"
    shown = staff.get(own).json()
    rows = [
        {"id": item["id"], "sku": f"SH-{number}", "price": f"{number + 20}.00", "cost": "9.00"}
        for number, item in enumerate(shown["variants"])
    ]
    grid = staff.put(f"{own}variants/", {"rows": rows}, **JSON)
    live = staff.patch(own, {"status": "active"}, **JSON)
    after = staff.get(f"{own}?fields=variants,status").json()

    assert (made.status_code, grid.status_code, live.status_code) == (201, 200, 200)
    assert [item["title"] for item in shown["variants"]] == ["Red / S", "Red / M"]
    assert shown["variants"][0]["price"]["amount"] == "19.90"
    assert set(after) == {"variants", "status"}
    assert [(item["sku"], item["price"]["amount"]) for item in after["variants"]] == [
        ("SH-0", "20.00"),
        ("SH-1", "21.00"),
    ]
    with tenant_context(tenant_a):
        actors = set(
            AuditEntry.objects.filter(action__startswith="product").values_list(
                "actor_type", flat=True
            )
        )
        assert actors == {"staff"}
        assert set(Variant.objects.values_list("cost_minor", flat=True)) == {900}
    log = staff.get(f"{own}versions/").json()["items"]
    assert [item["number"] for item in log] == [3, 2, 1]


def test_a_grid_with_one_bad_price_saves_nothing(staff: TenantClient, tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        product = make_product(options={"Size": ["S", "M"]}, price="10.00")
        first, second = variants_of(product)
    own = f"{ADMIN}products/{product.public_id}/variants/"

    for price in ("-1.00", "1.23456", "1e30", "x", "99999999999999999"):
        answer = staff.put(
            own,
            {
                "rows": [
                    {"id": first.public_id, "sku": "NEW", "price": "11.00"},
                    {"id": second.public_id, "price": price},
                ]
            },
            **JSON,
        )
        assert answer.status_code in {400, 422}, answer.content

    with tenant_context(tenant_a):
        assert not Variant.objects.filter(sku="NEW").exists()
        assert Product.objects.get(pk=product.pk).lowest_minor == 1000


def test_a_stale_form_is_refused(staff: TenantClient, tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        product = make_product()
    own = f"{ADMIN}products/{product.public_id}/"

    first = staff.patch(own, {"title": "A"}, headers={"If-Match": '"1"'}, **JSON)
    second = staff.patch(own, {"title": "B"}, headers={"If-Match": '"1"'}, **JSON)

    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["code"] == "catalogue.stale_version"


def test_a_repeated_write_with_a_key_happens_once(staff: TenantClient, tenant_a: TenantRef) -> None:
    key = {"Idempotency-Key": "make-1"}

    answers = [
        staff.post(f"{ADMIN}products/", {"title": "Once"}, headers=key, **JSON) for _n in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    with tenant_context(tenant_a):
        assert Product.objects.count() == 1


def test_pictures_are_uploaded_described_and_removed(
    staff: TenantClient, tenant_a: TenantRef
) -> None:
    with tenant_context(tenant_a):
        product = make_product()
    own = f"{ADMIN}products/{product.public_id}/pictures/"

    made = staff.post(own, {"file": SimpleUploadedFile("a.exe", picture_bytes()), "alt": "Front"})
    bad = staff.post(own, {"file": SimpleUploadedFile("a.png", b"<svg/>")})
    picture = f"{ADMIN}pictures/{made.json()['id']}/"
    told = staff.patch(picture, {"alt": "Back"}, **JSON)
    gone = staff.delete(picture)

    assert (made.status_code, bad.status_code, told.json()["alt"]) == (201, 422, "Back")
    assert gone.status_code == 204
    with tenant_context(tenant_a):
        assert not Picture.objects.exists()


def test_groups_and_price_lists_are_kept_by_staff(staff: TenantClient, tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        product = make_product(price="10.00")
        variant = variants_of(product)[0]
    top = staff.post(f"{ADMIN}categories/", {"title": "Top"}, **JSON).json()
    low = staff.post(f"{ADMIN}categories/", {"title": "Low", "parent_id": top["id"]}, **JSON).json()
    staff.post(
        f"{ADMIN}categories/{low['id']}/products/", {"product_ids": [product.public_id]}, **JSON
    )
    moved = staff.post(f"{ADMIN}categories/{low['id']}/move/", {"parent_id": None}, **JSON).json()
    merged = staff.post(
        f"{ADMIN}categories/{low['id']}/merge/", {"into_id": top["id"]}, **JSON
    ).json()
    picked = staff.post(f"{ADMIN}collections/", {"title": "Picked"}, **JSON).json()
    filled = staff.put(
        f"{ADMIN}collections/{picked['id']}/products/",
        {"product_ids": [product.public_id]},
        **JSON,
    ).json()
    brand = staff.put(f"{ADMIN}brands/", {"name": "Acme"}, **JSON).json()
    prices = staff.post(
        f"{ADMIN}price-lists/", {"code": "vip", "name": "VIP", "priority": 3}, **JSON
    ).json()
    entry = {"variant_id": variant.public_id, "price": "7.50"}
    staff.put(f"{ADMIN}price-lists/{prices['id']}/entries/", {"entries": [entry]}, **JSON)
    why = staff.post(f"{ADMIN}prices/explain/", {"variant_id": variant.public_id}, **JSON).json()

    assert (moved["path"], merged["path"], filled) == ("low", "top", {"products": 1})
    assert brand["id"].startswith("brd_")
    assert (why["amount"], [step["label"] for step in why["chain"]]) == ("7.50", ["", "VIP"])
    entries = staff.get(f"{ADMIN}price-lists/{prices['id']}/entries/").json()
    assert entries["items"][0]["price"] == "7.50"


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "products/"), ("post", "products/"), ("get", "price-lists/"), ("put", "brands/")],
)
def test_only_those_may_who_may(tenant_a: TenantRef, method: str, path: str) -> None:
    with console(tenant_a) as client:
        stranger = getattr(client, method)(f"{ADMIN}{path}", **JSON)
        client.as_staff("orders.view")
        clerk = getattr(client, method)(f"{ADMIN}{path}", **JSON)

    assert (stranger.status_code, clerk.status_code) == (401, 403)


def test_every_endpoint_for_staff_names_its_permissions() -> None:
    patterns = [
        pattern
        for module in ("kernel.catalogue.api.urls_admin", "kernel.pricing.api.urls_admin")
        for pattern in get_resolver(module).url_patterns
    ]

    assert len(patterns) > 20
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        view = pattern.callback.view_class  # type: ignore[attr-defined]
        assert issubclass(view, StaffView)
        written = {
            name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)
        }
        assert written == {name.lower() for name in view.permissions_by_method}, view
