"""After-sales as staff meet it."""

from __future__ import annotations

from kernel.aftersales.models import Case
from kernel.aftersales.services import dispute, send_back
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.aftersales import (
    BUYER,
    lines_in,
    make_arrived,
    make_case,
    send_refunds,
)
from testkit.factories.orders import make_variant
from testkit.web import TenantClient

MAY = ("aftersales.view", "aftersales.manage", "orders.view")


def test_staff_find_a_case_approve_inspect_and_see_its_money_go_back(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*MAY)
    with tenant_context(tenant):
        order = make_arrived((make_variant(minor=1000).pk, 3))
        case = make_case(order)
        line = lines_in(order)[0].public_id
    path = f"/after-sales/{case.number}/"
    goods = {"name": "仓库", "phone": "021", "line": "淮海路 9 号"}

    found = desk.get(f"/after-sales/?task=answer&text={order.number}").content.decode()
    before = desk.get(path).content.decode()
    no_address = desk.post(f"{path}approve/", {"name": ""})
    done = [desk.post("/after-sales/address/", goods), desk.post(f"{path}approve/", goods)]
    with tenant_context(tenant):
        send_back(case.pk, carrier="SF", tracking="SF9", actor=BUYER, now=utc_now())
    done.append(desk.post(f"{path}arrive/"))
    too_many = desk.post(f"{path}inspect/", {f"accepted_{line}": "4"})
    accepted = {f"accepted_{line}": "2", f"restock_{line}": "on", "text": "One is used."}
    done += [desk.post(f"{path}inspect/", accepted), desk.post(f"{path}say/", {"text": "谢谢"})]
    with tenant_context(tenant):
        send_refunds()
        case = Case.objects.get(pk=case.pk)

    assert case.number in found
    assert "The lid is broken." in before
    assert (no_address.status_code, too_many.status_code) == (422, 422)
    assert [each.status_code for each in done] == [302] * 5
    assert (case.state, case.refunded_minor) == ("refunded", 2000)
    shown = desk.get(path).content.decode()
    assert "One is used." in shown
    assert case.number in desk.get(f"/orders/{order.number}/").content.decode()


def test_who_decides_by_an_old_page_is_told_that_somebody_else_was_faster(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*MAY, "aftersales.arbitrate")
    with tenant_context(tenant):
        case = make_case(make_arrived((make_variant(minor=1000).pk, 1)))
    path = f"/after-sales/{case.number}/"
    page = desk.get(path).content.decode()
    seen = {"version": str(case.version), "text": "No."}

    first = desk.post(f"{path}reject/", seen)
    with tenant_context(tenant):
        dispute(case.pk, actor=BUYER, now=utc_now(), text="But yes.")
    late = desk.post(f"{path}arbitrate/", {**seen, "verdict": "shop", "freight": "0"})
    taken = desk.post(f"{path}escalate/", {"text": "Please decide."})
    shown = desk.get(path).content.decode()

    assert f'name="version" value="{case.version}"' in page
    assert [each.status_code for each in (first, late, taken)] == [302, 422, 302]
    assert "arbitrate/" not in shown
    with tenant_context(tenant):
        assert Case.objects.get(pk=case.pk).escalated_at is not None


def test_a_proposal_a_refusal_and_a_verdict_are_made_by_whom_they_are_for(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*MAY)
    with tenant_context(tenant):
        order = make_arrived((make_variant(minor=1000).pk, 3))
        case = make_case(order)
        line = lines_in(order)[0].public_id
    path = f"/after-sales/{case.number}/"
    amounts = {f"amount_{line}": "5.00", "freight": "0", "text": "Half."}

    too_much = desk.post(f"{path}offer/", {**amounts, f"amount_{line}": "99", "kind": "claim"})
    offered = desk.post(f"{path}offer/", {**amounts, "kind": "refund_only"})
    silent = desk.post(f"{path}reject/", {})
    rejected = desk.post(f"{path}reject/", {"text": "Used."})
    with tenant_context(tenant):
        dispute(case.pk, actor=BUYER, now=utc_now(), text="No!")
    kept_out = desk.post(f"{path}arbitrate/", {**amounts, "verdict": "buyer"})
    desk.as_staff(*MAY, "aftersales.arbitrate", email="judge@example.com")
    decided = desk.post(f"{path}arbitrate/", {**amounts, "verdict": "buyer"})

    answers = [too_much, offered, silent, rejected, kept_out, decided]
    assert [each.status_code for each in answers] == [422, 302, 422, 302, 403, 302]
    with tenant_context(tenant):
        case = Case.objects.get(pk=case.pk)
    assert (case.state, case.amount_minor, case.verdict) == ("approved", 500, "buyer")
