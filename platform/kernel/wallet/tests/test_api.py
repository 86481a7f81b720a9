"""Withdrawals and transfers over the APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.common.time import utc_now
from kernel.members.models import Identity
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.wallet.models import PayoutBatch, Transfer, Withdrawal
from kernel.wallet.rules import set_transfer_rule
from testkit.factories.orders import make_member
from testkit.factories.wallet import ACTOR, BANK, COMMISSION, earn, let_withdraw, make_withdrawal
from testkit.web import TenantClient, console, store

STORE, ADMIN = "/api/v1/store/wallet/", "/api/v1/admin/withdrawals/"
JSON: Any = {"content_type": "application/json"}


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a) as client:
        yield client


def keyed(name: str) -> dict[str, Any]:
    return {**JSON, "headers": {"Idempotency-Key": name}}


def test_a_member_has_it_paid_out_once_and_gives_some_away(
    shop: TenantClient, tenant_a: TenantRef
) -> None:
    member = shop.as_member()
    with tenant_context(tenant_a):
        let_withdraw(fee_bp=100)
        set_transfer_rule(COMMISSION, {"is_on": True}, actor=ACTOR, now=utc_now())
        earn(member.pk, 10_000)
        friend = make_member()
        Identity.objects.create(member=friend, provider="email", subject="friend@example.com")

    offered = shop.get(STORE).json()
    bad = shop.post(f"{STORE}accounts/", {"channel": "bank", "details": {}}, **JSON)
    account = shop.post(f"{STORE}accounts/", {"channel": "bank", "details": BANK}, **JSON)
    told = {"asset": COMMISSION, "amount": "50.00", "account": account.json()["id"]}
    made = shop.post(f"{STORE}withdrawals/", told, **keyed("w-1"))
    again = shop.post(f"{STORE}withdrawals/", told, **keyed("w-1"))
    fine = shop.post(f"{STORE}withdrawals/", {**told, "amount": "0.005"}, **JSON)
    much = shop.post(f"{STORE}withdrawals/", {**told, "amount": "60.00"}, **JSON)
    taken = shop.post(f"{STORE}withdrawals/{made.json()['id']}/cancel/", **JSON)
    whom = shop.post(f"{STORE}recipient/", {"login": "friend@example.com"}, **JSON)
    give = {"asset": COMMISSION, "amount": "10.00", "recipient": whom.json()["id"]}
    given = shop.post(f"{STORE}transfers/", give, **keyed("t-1"))
    listed = shop.get(f"{STORE}transfers/").json()["results"]

    assert offered["withdrawals"][0]["most"] == "100.00"
    assert "6222" not in account.content.decode()
    assert [each.status_code for each in (bad, account, made, again)] == [422, 201, 201, 201]
    assert again.json()["id"] == made.json()["id"]
    assert (made.json()["arrives"], made.json()["fee"]) == ("49.50", "0.50")
    assert [each.status_code for each in (fine, much, taken, given)] == [422, 409, 200, 201]
    assert taken.json()["state"] == "cancelled"
    assert whom.json()["name"] == "兰**"
    assert listed[0]["is_given"] is True
    with tenant_context(tenant_a):
        assert (Withdrawal.objects.count(), Transfer.objects.count()) == (1, 1)


def test_staff_review_pay_out_and_decide_the_rules(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        let_withdraw()
        row, other = make_withdrawal(), make_withdrawal()
    with console(tenant_a) as staff:
        powers = ("view", "review", "pay", "manage")
        staff.as_staff(*(f"withdrawals.{each}" for each in powers), "members.view")
        path = f"{ADMIN}{row.public_id}/"
        early = staff.post(f"{ADMIN}batches/", {"withdrawals": [row.public_id]}, **JSON)
        approved = staff.post(f"{path}approve/", **JSON)
        refused = staff.post(f"{ADMIN}{other.public_id}/reject/", {"reason": "Name"}, **JSON)
        batch = staff.post(f"{ADMIN}batches/", {"withdrawals": [row.public_id]}, **JSON)
        key = batch.json()["id"]
        sheet = staff.post(f"{ADMIN}batches/{key}/file/", **JSON)
        lines = b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
        closed = staff.post(f"{ADMIN}batches/{key}/close/", {"note": "ICBC-1"}, **JSON)
        shown = staff.get(path).json()
        rule = staff.put(f"{ADMIN}rules/{COMMISSION}/", {"min": "5.00", "max": "4.00"}, **JSON)
        fit = staff.put(f"{ADMIN}rules/{COMMISSION}/", {"min": "5.00", "max": None}, **JSON)

    assert [each.status_code for each in (early, approved, refused, batch)] == [409, 200, 200, 201]
    assert BANK["number"] in lines
    assert (closed.json()["state"], shown["state"]) == ("done", "paid")
    assert [each["kind"] for each in shown["events"]] == [
        "requested",
        "approved",
        "batched",
        "paid",
    ]
    assert (rule.status_code, fit.json()["min"]) == (422, "5.00")


def test_what_one_shop_owes_is_unknown_in_another(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    with tenant_context(tenant_a):
        let_withdraw()
        row = make_withdrawal()
    with console(tenant_b) as staff:
        staff.as_staff("withdrawals.view", "withdrawals.review", "members.view")
        answer = staff.get(f"{ADMIN}{row.public_id}/")
        listed = staff.get(ADMIN).json()["results"]

    assert (answer.status_code, listed) == (404, [])
    with tenant_context(tenant_b):
        assert not PayoutBatch.objects.exists()
