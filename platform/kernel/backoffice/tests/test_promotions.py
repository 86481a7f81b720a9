"""Promotions and coupons as staff meet them."""

from __future__ import annotations

import pytest

from kernel.catalogue.models import Variant
from kernel.checkout.placing import place_one
from kernel.common.time import utc_now
from kernel.promotions.models import CodeBatch, Coupon, CouponTemplate, Promotion
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_member, make_placement, make_variant
from testkit.web import TenantClient

STAFF = ("promotions.view", "promotions.manage", "coupons.give", "contacts.view")
SHARED = {"name": "Spring", "goods": "all", "audience": "all", "is_active": "on"}
RULES = {"priority": "0", "stacking": "goods"}
TERMS = {
    "reduction": {"t-by": "amount", "t-off_as": "money", "t-from_0": "20", "t-off_0": "5"},
    "discount": {"t-off": "15", "t-cap": "30"},
    "nth": {"t-nth": "2", "t-off": "50"},
    "bundle": {"t-pieces": "3", "t-price": "25"},
    "free_shipping": {"t-cap": ""},
}


@pytest.fixture
def tea(tenant: TenantRef) -> Variant:
    with tenant_context(tenant):
        return make_variant(title="Green tea", minor=1000)


@pytest.mark.parametrize("kind", TERMS)
def test_each_kind_is_made_and_saved_as_it_is_shown(
    desk: TenantClient, tenant: TenantRef, kind: str
) -> None:
    desk.as_staff(*STAFF)

    empty = desk.get(f"/promotions/new/?kind={kind}")
    made = desk.post(f"/promotions/new/?kind={kind}", SHARED | RULES | TERMS[kind])
    wrong = desk.post(f"/promotions/new/?kind={kind}", SHARED | RULES | {"t-cap": "x"})
    with tenant_context(tenant):
        row = Promotion.objects.get()
        terms = row.terms
    told = SHARED | RULES | TERMS[kind] | {"hour_from": "18:00", "days": ["5", "6"]}
    never = desk.post(made["Location"], told | {"hour_until": "09:00"})
    saved = desk.post(made["Location"], told | {"match": "any", "member_limit": "3"})
    shown = desk.get(made["Location"]).content.decode()

    answers = [each.status_code for each in (empty, made, wrong, never, saved)]
    assert answers == [200, 302, 422, 422, 302]
    assert 'value="18:00"' in shown
    with tenant_context(tenant):
        row.refresh_from_db()
        assert (row.terms, row.member_limit, row.match) == (terms, 3, "any")
        hours = {"from": 1080, "until": 1440, "days": [5, 6]}
        assert row.conditions == [{"kind": "hours", "value": hours}]


def test_a_promotion_for_some_products_shows_how_it_was_used_and_is_switched_off(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    desk.as_staff(*STAFF)
    told = SHARED | RULES | TERMS["discount"] | {"goods": "product"}

    found = desk.post("/promotions/new/?kind=discount", told | {"act": "find", "find": "green"})
    made = desk.post("/promotions/new/?kind=discount", told | {"picked": tea.public_id})
    with tenant_context(tenant):
        place_one(make_placement((tea.pk, 2)), actor=TESTER, now=utc_now())
    shown = desk.get(made["Location"]).content.decode()
    listed = desk.get("/promotions/").content.decode()
    desk.post(f"{made['Location']}switch/", {"on": "0"})

    assert tea.public_id in found.content.decode()
    assert "Green tea" in shown
    assert "15% off" in listed
    assert "3.00" in listed
    with tenant_context(tenant):
        assert not Promotion.objects.get().is_active


def test_a_coupon_is_made_given_withdrawn_and_its_codes_are_asked_for(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*STAFF)
    with tenant_context(tenant):
        member = make_member()
    told = SHARED | {"channels": "page", "per_member": "1", "valid_days": "30", "t-off": "5"}

    made = desk.post("/coupons/new/?kind=amount", told)
    path = made["Location"]
    given = desk.post(f"{path}give/", {"members": member.login})
    nobody = desk.post(f"{path}give/", {"members": "nobody@example.com"})
    asked = desk.post(f"{path}codes/", {"name": "Flyer", "size": "10"})
    with tenant_context(tenant):
        coupon = Coupon.objects.get()
        batch = CodeBatch.objects.get()
    desk.post(f"/coupons/held/{coupon.public_id}/withdraw/")
    page = desk.get(path).content.decode()
    sent = desk.get(f"/exports/lists/coupon-codes.csv?batch={batch.public_id}")

    assert [each.status_code for each in (made, given, nobody, asked)] == [302, 302, 422, 302]
    assert "Flyer" in page
    assert "Withdrawn" in page
    assert sent.status_code == 200
    with tenant_context(tenant):
        assert Coupon.objects.get().state == "revoked"
        assert CouponTemplate.objects.get().taken_count == 1


def test_who_may_only_look_changes_no_promotion(desk: TenantClient) -> None:
    desk.as_staff("*", email="boss@example.com")
    promotion = desk.post("/promotions/new/?kind=discount", SHARED | RULES | TERMS["discount"])[
        "Location"
    ]
    coupon = desk.post(
        "/coupons/new/?kind=amount", SHARED | {"per_member": "1", "valid_days": "9", "t-off": "5"}
    )["Location"]
    desk.as_staff("promotions.view")

    paths = ("/promotions/", "/coupons/", promotion, coupon)
    seen = {desk.get(path).status_code for path in paths}
    refused = {
        desk.post(path, {}).status_code
        for path in (promotion, coupon, f"{promotion}switch/", f"{coupon}codes/", f"{coupon}give/")
    }

    assert (seen, refused) == ({200}, {403})
