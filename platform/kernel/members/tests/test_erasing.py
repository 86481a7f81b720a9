"""Who leaves is nowhere any more."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.audit.services import verify_chain
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.members.choices import CodePurpose, InvoiceKind
from kernel.members.errors import ReasonNeeded, SignInRefused, UnknownMember
from kernel.members.joining import Arrival, on_erase
from kernel.members.models import Member
from kernel.members.services import open_session, sign_in
from kernel.members.services.erasing import anonymise
from kernel.members.services.invoices import Invoicee, save_invoice_profile
from kernel.members.tests.people import CLERK, NOW, PHONE, by_code, code_for, registered
from kernel.relations.models import Relation
from kernel.relations.services import invite_code_of
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import MEMBER_PASSWORD, store

API = "/api/v1/store/members/"


def tables_that_know(text: str) -> list[str]:
    """Return the tables of the tenant in which a text stands anywhere."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            # Bytes are shown in hexadecimal.
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE to_jsonb(t)::text LIKE ANY (%s)',
                [[f"%{text}%", f"%{text.encode().hex()}%"]],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_number_and_address_are_in_no_table_afterwards(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        signed = open_session(by_code(PHONE).member, device="x", now=utc_now())
    told = {
        "name": "秦兰兰",
        "phone": "13800138000",
        "line": "和平路 1 号",
        "region_code": "110101",
    }
    bearer = {"Authorization": f"Bearer {signed.token}", "Idempotency-Key": "once"}
    with store(tenant_a) as browser:
        added = browser.post(
            f"{API}addresses/", told, content_type="application/json", headers=bearer
        )
    with tenant_context(tenant_a):
        member = signed.member
        company = Invoicee(InvoiceKind.COMPANY, "兰兰公司", "91330000X", phone=PHONE)
        save_invoice_profile(member.id, company, now=NOW)
        code_for(PHONE, CodePurpose.BIND)
        known = tables_that_know("13800138000")

        anonymise(member.id, actor=CLERK, reason=f"客户 {PHONE} 要求", now=NOW)

        assert added.status_code == 201
        assert {"idempotency_idempotencyrecord", "members_address", "members_member"} <= set(known)
        assert tables_that_know("13800138000") == tables_that_know("秦兰兰") == []


def test_the_row_stays_for_orders_and_the_team(in_tenant_a: TenantRef) -> None:
    member = registered()
    below = registered("b@example.com", arrival=Arrival(invite_code_of(member.id)))

    anonymise(member.id, actor=Actor("member", member.public_id), reason="", now=NOW)

    gone = Member.objects.get(pk=member.id)
    assert (gone.login, gone.password, gone.is_active, gone.name) == (None, "", False, "已注销会员")
    assert Relation.objects.get().member_id == below.id
    assert AuditEntry.objects.filter(action="members.anonymised").count() == 1
    assert verify_chain().intact
    assert OutboxEvent.objects.filter(name="members.anonymised").count() == 1
    with pytest.raises(SignInRefused):
        sign_in(login="lan@example.com", password=MEMBER_PASSWORD, device="x", now=NOW)
    assert registered() != gone


def test_leaving_twice_is_leaving_once_and_staff_give_a_reason(in_tenant_a: TenantRef) -> None:
    member = registered()

    with pytest.raises(ReasonNeeded):
        anonymise(member.id, actor=CLERK, reason=" ", now=NOW)
    assert Member.objects.get().login == "lan@example.com"
    anonymise(member.id, actor=CLERK, reason="要求", now=NOW)
    anonymise(member.id, actor=CLERK, reason="要求", now=NOW)

    assert AuditEntry.objects.filter(action="members.anonymised").count() == 1
    Member.objects.all().delete()
    with pytest.raises(UnknownMember):
        anonymise(member.id, actor=CLERK, reason="要求", now=NOW)


def test_other_parts_forget_in_the_same_transaction(
    in_tenant_a: TenantRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kernel.members import joining

    monkeypatch.setattr(joining, "_erases", {})
    member = registered()
    asked: list[UUID] = []
    on_erase("tests", lambda member_id, now: asked.append(member_id))

    anonymise(member.id, actor=CLERK, reason="要求", now=NOW)
    anonymise(member.id, actor=CLERK, reason="要求", now=NOW)

    assert asked == [member.id]
