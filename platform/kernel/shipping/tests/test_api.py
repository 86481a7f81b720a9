"""Freight over the APIs: kept by staff, asked by buyers."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.catalogue.models import Variant
from kernel.common.ids import public_id
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_variant
from testkit.web import console, store

ADMIN = "/api/v1/admin/shipping/"
JSON = "application/json"
TEMPLATE: dict[str, Any] = {
    "code": "cold",
    "name": "Cold chain",
    "measure": "weight",
    "rules": [
        {
            "regions": ["310000", "330000"],
            "first": 1000,
            "first_price": "12.00",
            "more": 500,
            "more_price": "3.00",
            "free": {"amount": "200.00"},
        },
        {"regions": ["*"], "delivers": False, "reasons": {"en": "It would melt."}},
    ],
}
WAY: dict[str, Any] = {"code": "post", "names": {"en": "Post"}, "method": "express"}


def test_templates_and_ways_are_kept_and_freight_is_asked_for(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        tea = make_variant(minor=1000)
        Variant.objects.filter(pk=tea.pk).update(weight_grams=700)
        tea_id = public_id("var", tea.pk)
    with console(tenant_a) as desk:
        desk.as_staff("shipping.view", "shipping.manage")
        made = desk.post(f"{ADMIN}templates/", TEMPLATE, content_type=JSON)
        key = made.json()["id"]
        path = f"{ADMIN}templates/{key}/"
        overlap = {**TEMPLATE["rules"][1], "regions": ["330106"]}
        refused = desk.put(
            path, {**TEMPLATE, "rules": [*TEMPLATE["rules"], overlap]}, content_type=JSON
        )
        way = desk.put(f"{ADMIN}methods/", {**WAY, "template": key}, content_type=JSON)
        wrong = desk.put(f"{ADMIN}methods/", {**WAY, "fee": "-1"}, content_type=JSON)
        items = [{"variant": tea_id, "quantity": 3}]
        preview = desk.post(
            f"{ADMIN}preview/", {"items": items, "region_code": "310104"}, content_type=JSON
        )
        in_use = desk.delete(path)
        listed = desk.get(f"{ADMIN}methods/").json()["items"]
        edition = desk.get(f"{ADMIN}regions/").json()["edition"]
    with store(tenant_a) as shop:
        asked = f"/api/v1/store/shipping/variants/{tea_id}/"
        near = shop.get(f"{asked}?quantity=2&region_code=330106").json()["items"]
        far = shop.get(f"{asked}?region_code=440106").json()["items"]
        unknown = shop.get(asked).json()["items"]

    assert (made.status_code, made.json()["rules"][0]["first_price"]) == (201, "12.00")
    assert (refused.status_code, refused.json()["code"]) == (422, "shipping.regions_overlap")
    assert (refused.json()["field"], refused.json()["rule"]) == ("regions", 2)
    assert (way.status_code, way.json()["template"], wrong.status_code) == (200, key, 422)
    # 2,100 g: 12.00, and 3.00 for each 500 g of the other 1,100 g.
    assert [each["amount"] for each in preview.json()["items"]] == ["21.00"]
    assert (in_use.status_code, [each["code"] for each in listed]) == (409, ["post"])
    assert edition == "2023"
    assert [(each["amount"], each["obstacle"]) for each in near] == [("15.00", "")]
    assert "It would melt." in far[0]["obstacle"]
    assert [(each["is_decided"], each["obstacle"]) for each in unknown] == [(False, "")]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "methods/"),
        ("put", "methods/"),
        ("get", "templates/"),
        ("post", "templates/"),
        ("post", "preview/"),
        ("get", "regions/"),
    ],
)
def test_staff_without_the_permission_are_refused(
    tenant_a: TenantRef, method: str, path: str
) -> None:
    with console(tenant_a) as client:
        stranger = getattr(client, method)(f"{ADMIN}{path}")
        client.as_staff("orders.manage")
        clerk = getattr(client, method)(f"{ADMIN}{path}")

    assert (stranger.status_code, clerk.status_code) == (401, 403)
