"""Promotions and coupons over the APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.audit.models import AuditEntry
from kernel.cart.services import CartOwner, Wish, add
from kernel.common.ids import public_id
from kernel.common.time import utc_now
from kernel.promotions.models import CodeBatch, Coupon, CouponCode, Promotion
from kernel.promotions.services.batches import make_codes
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import ADDRESS, make_variant
from testkit.factories.promotions import make_promotion, make_template
from testkit.web import TenantClient, console, store

STORE, ADMIN = "/api/v1/store/", "/api/v1/admin/"
JSON: Any = {"content_type": "application/json"}
ENGLISH: Any = {"headers": {"Accept-Language": "en"}}
TIERS = {"tiers": [{"from": "100.00", "off": "10.00"}]}


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a, **ENGLISH) as client:
        yield client


@pytest.fixture
def staff(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a, **ENGLISH) as client:
        client.as_staff("promotions.view", "promotions.manage", "coupons.give")
        yield client


def test_staff_make_change_and_read_promotions(staff: TenantClient, tenant_a: TenantRef) -> None:
    told = {
        "kind": "reduction",
        "name": "Autumn",
        "names": {"zh-hans": "秋季满减"},
        "terms": TIERS,
        "conditions": [{"kind": "spend", "value": "50.00"}],
        "amount_limit": "1000.00",
        "is_active": True,
    }

    made = staff.post(f"{ADMIN}promotions/", told, **JSON)
    path = f"{ADMIN}promotions/{made.json()['id']}/"
    changed = staff.patch(path, {"uses_limit": 5}, **JSON).json()
    shown = staff.get(path).json()
    wrong = staff.post(f"{ADMIN}promotions/", {**told, "terms": {"tiers": []}}, **JSON)
    free = {**told, "kind": "free_shipping", "terms": {}}
    unbounded = staff.post(f"{ADMIN}promotions/", free, **JSON)

    assert made.status_code == 201
    assert (shown["terms"]["tiers"], shown["conditions"]) == (TIERS["tiers"], told["conditions"])
    assert (changed["uses_limit"], shown["amount_limit"]) == (5, "1000.00")
    assert shown["figures"]["purchases"] == 0
    assert (wrong.status_code, wrong.json()["field"]) == (422, "terms.tiers")
    assert (unbounded.status_code, unbounded.json()["field"]) == (422, "amount_limit_minor")
    with tenant_context(tenant_a):
        assert Promotion.objects.count() == 1
        actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {"promotion.created", "promotion.changed"}


def test_codes_are_made_and_sent_and_coupons_given_and_withdrawn(
    staff: TenantClient, tenant_a: TenantRef
) -> None:
    told = {
        "kind": "amount",
        "name": "Ten",
        "terms": {"off": "10.00"},
        "threshold": "20.00",
        "valid_days": 7,
        "is_active": True,
    }
    made = staff.post(f"{ADMIN}coupon-templates/", told, **JSON).json()
    path = f"{ADMIN}coupon-templates/{made['id']}/"

    batch = staff.post(f"{path}batches/", {"name": "Flyer", "size": 3}, **JSON)
    with tenant_context(tenant_a):
        make_codes(CodeBatch.objects.get().pk, clock=utc_now, until=utc_now())
        code = CouponCode.objects.order_by("pk")[0].code
    listed = staff.get(f"{path}batches/").json()["items"]
    sent = b"".join(staff.get(f"{ADMIN}coupon-batches/{batch.json()['id']}/codes/")).decode()
    with store(tenant_a, **ENGLISH) as shop:
        member = shop.as_member()
        redeemed = shop.post(f"{STORE}coupons/redeem/", {"code": code}, **JSON)
        again = shop.post(f"{STORE}coupons/redeem/", {"code": code}, **JSON)
    given = staff.post(f"{path}give/", {"members": [member.public_id]}, **JSON).json()["coupons"]
    gone = staff.post(f"{ADMIN}coupons/{given[0]}/revoke/", {"reason": "mistake"}, **JSON)

    assert (batch.status_code, listed[0]["state"], listed[0]["made"]) == (202, "done", 3)
    assert len(sent.splitlines()) == 4
    assert code in sent
    assert (redeemed.status_code, redeemed.json()["rule"]) == (
        201,
        "from 20.00 CNY on: 10.00 CNY off",
    )
    assert (again.status_code, again.json()["code"]) == (404, "coupons.unknown_code")
    assert gone.json()["state"] == "revoked"
    assert staff.get(path).json()["coupons"]["revoked"] == 1


def test_a_member_takes_a_coupon_sees_what_it_saves_and_orders_with_it(
    shop: TenantClient, tenant_a: TenantRef
) -> None:
    member = shop.as_member()
    with tenant_context(tenant_a):
        make_promotion(name="All off")
        template = make_template(threshold_minor=1500)
        dear = make_template(threshold_minor=900_000)
        tea = make_variant(minor=1000)
        add(CartOwner(member_id=member.pk), Wish(tea.pk, 2), now=utc_now())

    wall = shop.get(f"{STORE}coupons/offered/").json()["items"]
    taken = shop.post(f"{STORE}coupons/offered/{template.public_id}/take/", **JSON).json()
    shop.post(f"{STORE}coupons/offered/{dear.public_id}/take/", **JSON)
    choices = shop.post(f"{STORE}coupons/for-checkout/", {}, **JSON).json()["items"]
    chosen = {"inputs": {"coupons": [taken["id"]]}}
    quote = shop.post(f"{STORE}checkout/quote/", chosen, **JSON).json()
    placed = shop.post(
        f"{STORE}checkout/orders/",
        {**chosen, "expected_total": "8.00", "address": dict(ADDRESS)},
        **JSON,
        headers={"Idempotency-Key": "one"},
    )
    promotions = shop.get(f"{STORE}promotions/?product={public_id('prd', tea.product_id)}").json()

    assert [each["may_take"] for each in wall] == [True, True]
    assert [(each["is_usable"], each["saves"]) for each in choices] == [
        (True, "10.00"),
        (False, "0.00"),
    ]
    assert (quote["discount"], quote["total"]) == ("12.00", "8.00")
    reasons = [(each["label"], each["amount"]) for each in quote["lines"][0]["reasons"]]
    assert reasons == [("All off", "-2.00"), (taken["name"], "-10.00")]
    assert placed.status_code == 201
    assert [each["name"] for each in promotions["items"]] == ["All off"]


def test_coupons_are_members_and_permissions_are_needed(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        template = make_template()
    take = f"{STORE}coupons/offered/{template.public_id}/take/"

    with store(tenant_a) as shop:
        strangers = {
            shop.post(path, {}, **JSON).status_code
            for path in (take, f"{STORE}coupons/redeem/", f"{STORE}coupons/for-checkout/")
        }
    with console(tenant_a) as staff:
        staff.as_staff("promotions.view")
        refused = {
            staff.post(f"{ADMIN}{path}", {}, **JSON).status_code
            for path in (
                "promotions/",
                "coupon-templates/",
                f"coupon-templates/{template.public_id}/give/",
            )
        }

    assert (strangers, refused) == ({401}, {403})
    with tenant_context(tenant_a):
        assert not Coupon.objects.exists()
