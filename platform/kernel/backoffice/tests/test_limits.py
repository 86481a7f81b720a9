"""Staff see their own members and those members' orders, everywhere alike, and hidden contacts."""

from __future__ import annotations

import pytest

from kernel.access.masks import masked_contact
from kernel.access.models import Role, Staff
from kernel.audit.models import AuditEntry
from kernel.members.models import Member
from kernel.members.services import register_member
from kernel.orders.models import Order, OrderChange
from kernel.orders.services.edits import preview_change
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_variant, orders_in, place
from testkit.web import TenantClient, console

PHONE, HIDDEN = "+8613800138000", "+86138****8000"
RIGHTS = (
    "members.view",
    "members.manage",
    "orders.view",
    "orders.manage",
    "fulfilment.view",
    "ledger.adjust",
)


@pytest.fixture
def adviser(desk: TenantClient, tenant: TenantRef) -> Staff:
    person = desk.as_staff(*RIGHTS)
    with tenant_context(tenant):
        Role.objects.update(reach="members")
    return person


@pytest.fixture
def orders(tenant: TenantRef, adviser: Staff) -> tuple[Order, Order]:
    """One of a member who is looked after, one of somebody else."""
    with tenant_context(tenant):
        tea = make_variant()
        members = [
            register_member(login=login, name=name, password="seven quiet boats at noon")
            for login, name in (("lan@example.com", "兰兰"), ("mei@example.com", "梅梅"))
        ]
        Member.objects.filter(pk=members[0].pk).update(advisor=adviser)
        own, foreign = (orders_in(place((tea.pk, 1), member_id=each.pk))[0] for each in members)
    return own, foreign


def test_lists_files_searches_and_answers_hold_ones_own_members_and_their_orders_alone(
    desk: TenantClient, orders: tuple[Order, Order]
) -> None:
    own, foreign = orders
    paths = [
        "/orders/",
        "/orders/?text=",
        f"/orders/?text={PHONE.replace('+', '%2B')}",
        "/orders/export.csv",
        "/api/v1/admin/orders/",
        "/api/v1/admin/orders/export/",
    ]
    pages = {path: desk.get(path) for path in paths}
    found = {path: b"".join(page) for path, page in pages.items()}

    for path, body in found.items():
        assert own.number.encode() in body, path
        assert foreign.number.encode() not in body, path
        # A page repeats what somebody looked for.
        assert PHONE.encode() not in body or "text=%2B" in path, path
    for path in ("/orders/{}/", "/api/v1/admin/orders/{}/"):
        assert HIDDEN in desk.get(path.format(own.number)).content.decode()
        assert desk.get(path.format(foreign.number)).status_code == 404
    for path in ("/members/", "/members/export.csv", "/api/v1/admin/members/"):
        listed = b"".join(desk.get(path)).decode()
        seen = ("兰兰" in listed, "梅梅" in listed, "lan@example.com" in listed)
        assert seen == (True, False, False)
        assert "l****@example.com" in listed


def test_balances_of_other_peoples_members_are_not_changed(
    desk: TenantClient, tenant: TenantRef, orders: tuple[Order, Order]
) -> None:
    with tenant_context(tenant):
        members = {each.name: each.public_id for each in Member.objects.all()}
    told = {"asset": "cny", "direction": "give", "amount": "5", "reason": "late", "key": "k"}

    answers = {
        name: desk.post(f"/members/{member}/balance/", told).status_code
        for name, member in members.items()
    }

    assert answers == {"兰兰": 302, "梅梅": 404}


def test_a_hidden_contact_is_found_by_the_whole_of_it_alone(
    desk: TenantClient, orders: tuple[Order, Order]
) -> None:
    api = "/api/v1/admin/members/"

    found = {
        text: len(desk.get(api, {"text": text}).json()["results"])
        for text in ("lan@example.com", "lan@", "mei@example.com")
    }

    assert found == {"lan@example.com": 1, "lan@": 0, "mei@example.com": 0}


def test_a_hidden_number_is_not_written_over_the_real_one(
    desk: TenantClient, tenant: TenantRef, orders: tuple[Order, Order]
) -> None:
    own, _foreign = orders
    page = desk.get(f"/orders/{own.number}/edit/")
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}

    desk.post(f"/orders/{own.number}/edit/", {**sent, "reason": "moved", "address_city": "杭州"})

    with tenant_context(tenant):
        change = OrderChange.objects.get(order=own)
        seen = preview_change(own, change.operations, now=own.placed_at)
        assert seen.edited.address["phone"] == PHONE
        assert seen.edited.address["city"] == "杭州"


def test_members_are_handed_to_a_colleague_with_all_that_is_theirs(
    desk: TenantClient, tenant: TenantRef, adviser: Staff, orders: tuple[Order, Order]
) -> None:
    with tenant_context(tenant):
        other = Staff.objects.create(email="mo@example.com", name="Mo")
        members = {each.name: each.public_id for each in Member.objects.all()}
    ticked = {"member": list(members.values()), "advisor": str(other.pk), "next": "/members/"}

    handed = desk.post("/members/assign/", ticked)

    assert handed.headers["Location"] == "/members/"
    assert orders[0].number not in desk.get("/orders/").content.decode()
    with tenant_context(tenant):
        assert Member.objects.get(name="兰兰").advisor_id == other.pk
        assert Member.objects.get(name="梅梅").advisor_id is None, "it was not the person's to give"
        assert AuditEntry.objects.filter(action="members.assigned").count() == 1
    mine = desk.put(
        f"/api/v1/admin/members/{members['梅梅']}/advisor/",
        {"advisor": adviser.public_id},
        content_type="application/json",
    )
    assert mine.status_code == 404


def test_members_and_staff_of_another_shop_are_not_there(
    tenant: TenantRef, tenant_b: TenantRef, adviser: Staff, orders: tuple[Order, Order]
) -> None:
    with tenant_context(tenant):
        member = Member.objects.get(name="兰兰")
    with console(tenant_b) as other:
        other.as_staff("*")
        found = {
            path: other.get(path).status_code
            for path in (
                f"/members/{member.public_id}/",
                f"/api/v1/admin/members/{member.public_id}/",
                f"/staff/people/{adviser.public_id}/",
                f"/api/v1/admin/staff/{adviser.public_id}/",
            )
        }

    assert set(found.values()) == {404}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (PHONE, HIDDEN),
        ("13800138000", "138****8000"),
        ("12345", "****45"),
        ("12345678", "****5678"),
        ("lan@example.com", "l****@example.com"),
        ("", ""),
    ],
)
def test_a_contact_is_hidden_but_for_what_tells_two_apart(text: str, shown: str) -> None:
    assert masked_contact(text) == shown
