"""Cases over the APIs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.aftersales.models import Case, CasePicture
from kernel.aftersales.services import render_picture
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.aftersales import (
    lines_in,
    make_arrived,
    make_case,
    pay_in,
    send_refunds,
)
from testkit.factories.orders import make_member, make_variant, orders_in, place
from testkit.factories.reviews import make_photo
from testkit.web import TenantClient, console, process, store

STORE, ADMIN = "/api/v1/store/after-sales/", "/api/v1/admin/after-sales/"
JSON: Any = {"content_type": "application/json"}


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a) as client:
        yield client


def test_a_return_goes_from_the_buyers_request_to_his_money(
    shop: TenantClient, tenant_a: TenantRef
) -> None:
    member = shop.as_member()
    with tenant_context(tenant_a):
        order = make_arrived((make_variant(minor=1000).pk, 3), member=member)
        [line] = lines_in(order)
    wish = {"line": line.public_id, "quantity": 2}
    told = {"order": order.number, "kind": "return_refund", "reason": "unwanted", "lines": [wish]}

    [opening] = shop.get(f"{STORE}openings/?order={order.number}").json()["items"]
    seen = shop.post(f"{STORE}preview/", told, **JSON).json()
    wrong = shop.post(f"{STORE}", {**told, "lines": [{**wish, "quantity": 4}]}, **JSON)
    headers: Any = {"headers": {"Idempotency-Key": "case-1"}}
    made = shop.post(STORE, {**told, "text": "Too many."}, **JSON, **headers)
    again = shop.post(STORE, {**told, "text": "Too many."}, **JSON, **headers)
    path = f"{STORE}{made.json()['number']}/"
    photo = SimpleUploadedFile("a.exe", make_photo())
    said = shop.post(f"{path}messages/", {"text": "看图", "pictures": [photo]})
    early = shop.put(f"{path}parcel/", {"carrier": "SF", "tracking": "1"}, **JSON)

    assert (opening["kinds"]["return_refund"], opening["amount"]) == (3, "30.00")
    assert (seen["amount"], seen["freight"]) == ("20.00", "0.00")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "aftersales.not_open")
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    assert (said.status_code, early.status_code) == (201, 409)
    with console(tenant_a) as desk:
        desk.as_staff("aftersales.view", "aftersales.manage")
        row = desk.get(f"{ADMIN}?task=answer&text={order.number}").json()["results"][0]
        address = {"name": "仓库", "phone": "1", "line": "路"}
        assert desk.put(f"{ADMIN}return-address/", address, **JSON).json() == address
        desk.post(f"{ADMIN}{row['id']}/approval/", {}, **JSON)
        with process("store"):
            sent = shop.put(f"{path}parcel/", {"carrier": "SF", "tracking": "1"}, **JSON).json()
        accepted = [{"line": line.public_id, "accepted": 2, "restock": True}]
        done = desk.post(f"{ADMIN}{row['id']}/inspection/", {"lines": accepted}, **JSON).json()
        export = b"".join(desk.get(f"{ADMIN}export/")).decode()
        desk.as_staff("orders.view", email="other@example.com")
        assert desk.get(ADMIN).status_code == 403
    assert (sent["state"], sent["return_address"]) == ("shipped_back", address)
    assert (done["state"], done["payouts"][0]["amount"]) == ("refunding", "20.00")
    assert row["number"] in export
    with tenant_context(tenant_a):
        send_refunds()
        render_picture(CasePicture.objects.get().pk)
    shown = shop.get(path).json()
    assert (shown["state"], shown["refunded"]) == ("refunded", "20.00")
    assert next(e["pictures"] for e in shown["entries"] if e["text"] == "看图")[0]["small"]


def test_a_guest_asks_by_the_number_and_the_contact_left_with_the_order(
    shop: TenantClient, tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        variant = make_variant(minor=1000).pk
        [order], [other] = (orders_in(place((variant, 2))) for _each in range(2))
        [members] = orders_in(place((variant, 1), member_id=make_member().pk))
        pay_in(order.group, now=utc_now())
        [line] = lines_in(order)
    wish = {"line": line.public_id, "quantity": 1}
    told = {"order": order.number, "kind": "refund_only", "reason": "unwanted", "lines": [wish]}

    strangers = [
        shop.post(STORE, told, **JSON, headers=headers)
        for headers in (
            {},
            contact(order.number, "somebody@example.com"),
            contact(order.number, ""),
            contact(members.number, "guest@example.com"),
            {"Authorization": "Basic ###"},
        )
    ]
    own: Any = {"headers": contact(order.number, " Guest@Example.com")}
    shown = shop.get(f"/api/v1/store/orders/{order.number}/", **own).json()
    [opening] = shop.get(f"{STORE}openings/?order={order.number}", **own).json()["items"]
    made = shop.post(STORE, {**told, "text": "一只就够。"}, **JSON, **own)
    path = f"{STORE}{made.json()['number']}/"
    said = shop.post(f"{path}messages/", {"text": "谢谢"}, **JSON, **own).json()
    anothers: Any = {"headers": contact(other.number, "guest@example.com")}
    hidden = [
        shop.get(path, **anothers),
        shop.post(f"{path}cancellation/", **anothers),
        shop.get(f"/api/v1/store/orders/{order.number}/", **anothers),
        shop.post(STORE, told, **JSON, **anothers),
    ]
    ended = shop.post(f"{path}cancellation/", **own).json()
    listed = shop.get(STORE, **own).json()["results"]

    assert [each.status_code for each in strangers] == [401] * len(strangers)
    assert (shown["number"], opening["kinds"]["refund_only"]) == (order.number, 2)
    assert (made.status_code, made.json()["amount"]) == (201, "10.00")
    assert [each["text"] for each in said["entries"] if each["text"] == "谢谢"] == ["谢谢"]
    assert [each.status_code for each in hidden] == [404] * len(hidden)
    assert (ended["state"], [each["number"] for each in listed]) == ("cancelled", [ended["number"]])
    with store(tenant_b) as elsewhere:
        assert elsewhere.get(STORE, **own).status_code == 401


def contact(number: str, told: str) -> dict[str, str]:
    """Return the header by which a buyer without an account names an order."""
    return {"Authorization": f"Basic {b64encode(f'{number}:{told}'.encode()).decode()}"}


def test_a_shop_knows_nothing_of_the_cases_of_another(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        case = make_case(make_arrived((make_variant().pk, 1)))
    with tenant_context(tenant_b):
        assert Case.objects.count() == 0

    with store(tenant_b) as other:
        other.as_member()
        assert other.get(STORE).json()["results"] == []
        assert other.post(f"{STORE}{case.number}/cancellation/").status_code == 404
    with console(tenant_b) as desk:
        desk.as_staff("aftersales.view", "aftersales.manage")
        assert desk.post(f"{ADMIN}{case.public_id}/approval/", {}, **JSON).status_code == 404
    with tenant_context(tenant_a):
        assert Case.objects.get(pk=case.pk).state == "requested"
