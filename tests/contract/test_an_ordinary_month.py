"""What a shop does in a month, over its two APIs and nothing else.

The workers' part is done by calling what their tasks call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.access.permissions import ALL
from kernel.analytics.services import roll_up
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.ledger.services import verify
from kernel.notifications.services.sending import send_due
from kernel.payments.choices import MOVING_REFUNDS
from kernel.payments.models import Refund
from kernel.payments.services.refunds import drive_refund
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.sealing import root_key
from testkit.web import TenantClient, process

STORE, ADMIN = "/api/v1/store/", "/api/v1/admin/"
JSON: Any = {"content_type": "application/json"}
HOME = {"name": "王小梅", "phone": "+8613800138000", "country": "CN", "line": "淮海中路 1 号"}
IN_SHANGHAI = {**HOME, "region_code": "310104", "region": "上海市 徐汇区"}
IN_LHASA = {**HOME, "region_code": "540102", "region": "西藏自治区 拉萨市 城关区"}
GOODS = (("龙井绿茶", "60.00"), ("紫砂茶壶", "120.00"), ("白瓷茶杯", "30.00"))

TWENTY_OFF = {
    "kind": "amount",
    "name": "满二百减二十",
    "terms": {"off": "20.00"},
    "threshold": "200.00",
    "channels": ["page"],
    "valid_days": 7,
    "is_active": True,
}


class Side:
    """One of the two who talk to the shop; what they are told must be no error."""

    def __init__(self, tenant: TenantRef, kind: Any, root: str) -> None:
        self._kind, self._root = kind, root
        self.client = TenantClient(tenant, kind, HTTP_ACCEPT_LANGUAGE="zh-hans")
        self._keys = 0

    def get(self, path: str, **query: str) -> Any:
        with process(self._kind):
            return self._told(self.client.get(f"{self._root}{path}", query))

    def send(self, method: str, path: str, told: Any = None) -> Any:
        self._keys += 1
        headers: Any = {"headers": {"Idempotency-Key": f"{self._kind}-{self._keys}"}}
        with process(self._kind):
            ask = getattr(self.client, method)
            return self._told(ask(f"{self._root}{path}", told or {}, **JSON, **headers))

    def post(self, path: str, told: Any = None) -> Any:
        return self.send("post", path, told)

    def put(self, path: str, told: Any) -> Any:
        return self.send("put", path, told)

    @staticmethod
    def _told(answer: Any) -> Any:
        assert answer.status_code < 300, answer.content.decode()
        return answer.json() if answer.content else None


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[Side]:
    with root_key():
        side = Side(tenant_a, "console", ADMIN)
        with process("console"):
            side.client.as_staff(ALL)
        yield side


@pytest.fixture
def buyer(tenant_a: TenantRef) -> Side:
    side = Side(tenant_a, "store", STORE)
    with process("store"):
        side.client.as_member()
    return side


def work(tenant: TenantRef) -> None:
    """Do what waits for workers."""
    with tenant_context(tenant):
        while deliver_pending(clock=utc_now, limit=200):
            pass
        for refund in Refund.objects.filter(state__in=MOVING_REFUNDS):
            drive_refund(refund.pk, now=utc_now())
        while deliver_pending(clock=utc_now, limit=200):
            pass
        send_due()
        roll_up(now=utc_now())


def open_for_business(desk: Side) -> list[str]:
    """Set the shop up; return the ids of its variants."""
    place = desk.post("stock/locations/", {"code": "main", "name": "总仓", "kind": "warehouse"})
    variants = []
    for title, price in GOODS:
        made = desk.post("products/", {"title": title, "price": price, "status": "active"})
        [row] = desk.get(f"products/{made['id']}/")["variants"]
        line = {"variant": row["id"], "location": place["id"]}
        desk.post("stock/receipts/", {"lines": [{**line, "quantity": 10}]})
        desk.post("stock/levels/", {**line, "low_at": 9, "safety": 0})
        variants.append(row["id"])
    each = {"first": 1, "more": 1}
    freight = desk.post(
        "shipping/templates/",
        {
            "code": "standard",
            "name": "普通快递",
            "measure": "piece",
            "rules": [
                {"regions": ["540000"], **each, "first_price": "20.00", "more_price": "8.00"},
                {"regions": ["*"], **each, "first_price": "8.00", "more_price": "2.00"},
            ],
        },
    )
    way = {"code": "express", "method": "express", "names": {"zh-hans": "快递"}}
    desk.put("shipping/methods/", {**way, "template": freight["id"]})
    desk.put(
        "after-sales/return-address/", {"name": "仓库", "phone": "021-1", "line": "龙井路 8 号"}
    )
    desk.post("legal-entities/", {"name": "谷雨茶业有限公司", "takes_requests": True})
    told = {"way": "transfer", "instructions": "请转账到对公账户。", "account": "6222 0000"}
    bound = desk.post(
        "payments/bindings/",
        {"gateway": "offline", "mode": "direct", "live": True, "title": "对公转账", "values": told},
    )
    desk.send("patch", f"payments/bindings/{bound['id']}/", {"enabled": True})
    return variants


def pay_by_transfer(desk: Side, buyer: Side, group: str) -> None:
    """Say that the money was sent, and confirm that it came."""
    intent = buyer.post("checkout/payments/", {"group": group})["payment"]
    [binding] = desk.get("payments/bindings/")
    begun = buyer.post(f"payments/{intent}/attempts/", {"binding": binding["id"]})
    came = {"verdict": "confirm", "received": begun["amount"], "reference": "流水 1"}
    desk.post(f"payments/reviews/{begun['id']}/", came)


def order_with_coupon(buyer: Side, variants: list[str], coupon: str) -> Any:
    """Take the coupon, look what it costs in two regions, and order."""
    taken = buyer.post(f"coupons/offered/{coupon}/take/")
    for variant in variants:
        buyer.post("cart/lines/", {"variant": variant, "quantity": 1})
    choice = {"inputs": {"coupons": [taken["id"]]}}
    far = buyer.post("checkout/quote/", {**choice, "address": IN_LHASA})
    near = buyer.post("checkout/quote/", {**choice, "address": IN_SHANGHAI})
    assert (far["freight"], near["freight"]) == ("36.00", "12.00")
    assert (near["items"], near["discount"], near["total"]) == ("210.00", "20.00", "202.00")
    wanted = {**choice, "address": IN_SHANGHAI, "expected_total": near["total"]}
    return buyer.post("checkout/orders/", wanted)


def give_back(desk: Side, buyer: Side, tenant: TenantRef, number: str, line: Any) -> Any:
    """Send one line of an order back and get its money; return the case as the buyer sees it."""
    told = {"order": number, "kind": "return_refund", "reason": "faulty"}
    case = buyer.post("after-sales/", {**told, "lines": [{"line": line["id"], "quantity": 1}]})
    desk.post(f"after-sales/{case['id']}/approval/")
    buyer.put(f"after-sales/{case['number']}/parcel/", {"carrier": "SF", "tracking": "SF2"})
    accepted = [{"line": line["id"], "accepted": 1, "restock": True}]
    desk.post(f"after-sales/{case['id']}/inspection/", {"lines": accepted})
    work(tenant)
    [waiting] = desk.get("payments/refunds/waiting/")["results"]
    desk.post(f"payments/refunds/{waiting['id']}/review/", {"verdict": "confirm", "reference": "2"})
    work(tenant)
    return buyer.get(f"after-sales/{case['number']}/")


def test_an_ordinary_month_of_a_shop(tenant_a: TenantRef, desk: Side, buyer: Side) -> None:
    variants = open_for_business(desk)
    coupon = desk.post("coupon-templates/", TWENTY_OFF)
    work(tenant_a)
    found = buyer.get("search/", q="绿茶")
    assert [each["title"] for each in found["items"]] == ["龙井绿茶"]

    placed = order_with_coupon(buyer, variants, coupon["id"])
    [number] = placed["orders"]
    pay_by_transfer(desk, buyer, placed["id"])
    desk.post("fulfilments/", {"order": number, "carrier": "SF", "tracking": "SF1"})
    bought = buyer.post(f"orders/{number}/receipt/")
    work(tenant_a)
    assert (bought["payment_status"], bought["fulfilment_status"]) == ("paid", "delivered")
    low = desk.get("stock/items/", low="true")["results"]
    alerts = desk.get("notifications/", kind="staff.stock_low")["results"]
    assert len(low) == len(GOODS), "of ten nine are left, and nine is little here"
    assert {each["channel"] for each in alerts} >= {"inbox"}

    [first, pot, _cup] = bought["lines"]
    stars = {"goods": 5, "service": 5, "delivery": 4, "text": "很香。"}
    review = buyer.post("reviews/", {**stars, "line": first["id"]})
    asked = buyer.post(f"orders/{number}/invoice/", {"kind": "person", "title": "王小梅"})
    issued = desk.post(f"invoice-requests/{asked['id']}/issue/", {"number": "24312000000012345678"})
    assert (review["text"], issued["state"], issued["amount"]) == ("很香。", "issued", "202.00")

    returned = give_back(desk, buyer, tenant_a, number, pot)
    red = buyer.get(f"orders/{number}/invoice/")["reds"]
    assert (returned["state"], returned["refunded"]) == ("refunded", pot["total"])
    assert [each["amount"] for each in red] == [pot["total"]]

    trade, money = desk.get("figures/")["total"], desk.get("figures/money/")
    assert (trade["paid_amount"], trade["refunded_amount"]) == ("202.00", pot["total"])
    assert money["figures"] == money["ledger"]
    told_of = {each["kind"] for each in buyer.get("messages/")["results"]}
    assert told_of >= {"order.paid", "order.shipped"}
    with tenant_context(tenant_a):
        assert list(verify()) == []
