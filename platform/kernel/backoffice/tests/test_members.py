"""Members as staff meet them."""

from __future__ import annotations

import pytest

from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.members.models import Member, MemberSession
from kernel.members.services import open_session, register_member
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console

STAFF = ("members.view", "members.manage", "contacts.view")


@pytest.fixture
def member(tenant: TenantRef) -> Member:
    with tenant_context(tenant):
        made = register_member(
            login="lan@example.com", name="=cmd()兰兰", password="seven quiet boats at noon"
        )
        open_session(made, device="phone", now=utc_now())
        return made


def test_only_staff_with_the_permission_come_in(tenant: TenantRef, member: Member) -> None:
    paths = ["", "export.csv", f"{member.public_id}/"]
    with console(tenant) as browser:
        strangers = {browser.get(f"/members/{path}").status_code for path in paths}
        browser.as_staff("orders.view")
        colleagues = {browser.get(f"/members/{path}").status_code for path in paths}

    assert strangers == {302}
    assert colleagues == {403}


def test_who_may_only_look_changes_nothing(
    desk: TenantClient, tenant: TenantRef, member: Member
) -> None:
    desk.as_staff("members.view")

    assert desk.post(f"/members/{member.public_id}/disable/", {"reason": "x"}).status_code == 403
    assert desk.get("/members/export.csv").status_code == 403
    with tenant_context(tenant):
        assert Member.objects.get().is_active


def test_members_of_another_shop_are_not_there(tenant_b: TenantRef, member: Member) -> None:
    with console(tenant_b) as browser:
        browser.as_staff(*STAFF)

        assert browser.get(f"/members/{member.public_id}/").status_code == 404
        assert browser.post(f"/members/{member.public_id}/enable/").status_code == 404
        assert "lan@example.com" not in browser.get("/members/").content.decode()


def test_a_balance_is_put_right_by_hand_with_a_reason(
    desk: TenantClient, tenant: TenantRef, member: Member
) -> None:
    path = f"/members/{member.public_id}/balance/"
    told = {"asset": "cny", "direction": "give", "amount": "1250.5", "reason": "late", "key": "k"}
    desk.as_staff(*STAFF)
    colleague = desk.post(path, told).status_code
    desk.as_staff(*STAFF, "ledger.adjust", email="till@example.com")
    desk.get(path)

    given = [desk.post(path, told).status_code for _twice in range(2)]
    too_fine = desk.post(path, {**told, "amount": "0.001"}).status_code
    too_much = desk.post(path, {**told, "key": "l", "direction": "take", "amount": "2000"})
    page = desk.get(f"/members/{member.public_id}/").content.decode()

    assert (colleague, given, too_fine, too_much.status_code) == (403, [302, 302], 422, 422)
    assert "¥1,250.50" in page
    with tenant_context(tenant):
        entry = AuditEntry.objects.get(action="ledger.adjusted")
        assert (entry.reason, (entry.after or {})["minor"]) == ("late", 125_050)


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("", True),
        ("wanted_text=lan%40", True),
        ("wanted_text=nobody", False),
        ("state=disabled", False),
        ("state=nonsense&wanted_text=%00&page=x", True),
    ],
)
def test_the_list_is_narrowed(
    desk: TenantClient, member: Member, query: str, is_there: bool
) -> None:
    desk.as_staff(*STAFF)

    listed = desk.get(f"/members/?{query}").content.decode()
    exported = b"".join(desk.get(f"/members/export.csv?{query}")).decode()

    assert ("lan@example.com" in listed) == is_there
    assert ("'=cmd()兰兰" in exported) == is_there
    assert ",=cmd()" not in exported


def test_a_member_is_disabled_with_a_reason_and_enabled_again(
    desk: TenantClient, tenant: TenantRef, member: Member
) -> None:
    desk.as_staff(*STAFF)
    path = f"/members/{member.public_id}/"

    assert "phone" in desk.get(path).content.decode()
    assert desk.post(f"{path}disable/", {"reason": " "}).status_code == 422
    with tenant_context(tenant):
        assert Member.objects.get().is_active
    desk.post(f"{path}disable/", {"reason": "Asked for it"})
    with tenant_context(tenant):
        assert not Member.objects.get().is_active
        assert not MemberSession.objects.filter(revoked_at=None).exists()
        assert AuditEntry.objects.get(action="members.disabled").reason == "Asked for it"
    assert "Asked for it" in desk.get(path).content.decode()
    desk.post(f"{path}enable/")
    with tenant_context(tenant):
        assert Member.objects.get().is_active
