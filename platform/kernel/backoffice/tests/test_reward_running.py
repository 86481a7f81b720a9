"""Modes switched on and off, what they owe, and who earned what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kernel.audit.actor import Actor
from kernel.common.ids import public_id
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Programme
from kernel.rewards.policy.services import approve, ask
from kernel.rewards.services import handle
from kernel.rewards.services.liabilities import liabilities
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

OWNER = Actor(kind="staff", id="stf_owner", name="Li Wei")
SECOND = Actor(kind="staff", id="stf_second", name="Zhang Min")


@pytest.fixture
def approved(tenant: TenantRef) -> str:
    """A mode that was approved; returns its id."""
    with tenant_context(tenant):
        row = ask(["BD-01"], ["CN"], reason="Spring", actor=OWNER, now=utc_now())
        approve(row.pk, actor=SECOND, now=utc_now())
    return row.public_id


def test_a_mode_is_switched_off_once_it_owes_nothing_more(
    desk: TenantClient, tenant: TenantRef, approved: str
) -> None:
    """Given frozen rewards; when switched off; then only after they were released."""
    desk.as_staff("rewards.view", "rewards.manage")
    desk.post("/rewards/running/", {"act": "start", "activation": approved})
    with tenant_context(tenant):
        programme = Programme.objects.get()
        buyer, sponsor = (Member.objects.create(name=name) for name in ("Wang", "Chen"))
        order = sells(programme, buyer.pk, sponsor.pk)
        seen = liabilities()
    path, key = "/rewards/running/", programme.public_id
    desk.post(path, {"act": "close", "programme": key, "reason": "Over"})
    page = desk.get(path).content.decode()
    owed = desk.get("/rewards/liabilities/").content.decode()
    member = desk.get(f"/rewards/statements/{public_id('mem', sponsor.pk)}/").content.decode()

    assert (seen.owed, seen.rewarded, seen.promised) == (1_000, 1_000, 0)
    assert "<b>10.00</b> CNY" in page
    assert "10.00" in owed
    told = desk.get(f"/api/v1/admin/rewards/members/{public_id('mem', sponsor.pk)}/").json()
    assert [(one["state"], one["balance"], one["lines"][0]["rule"]) for one in told["items"]] == [
        ("locked", "10.00", "L1")
    ]
    assert "L1" in member
    assert "Chen" in desk.get("/rewards/statements/").content.decode()
    with tenant_context(tenant):
        programme.refresh_from_db()
        assert programme.state == ProgrammeState.LIVE
        handle(programme, {"type": "order.return_window_closed", "key": "w", "order": order})
    desk.post(path, {"act": "close", "programme": key, "reason": "Over"})
    with tenant_context(tenant):
        programme.refresh_from_db()
        assert programme.state == ProgrammeState.CLOSED


def test_who_may_only_look_switches_nothing(
    desk: TenantClient, tenant: TenantRef, approved: str
) -> None:
    """Given somebody who may see modes; when he switches one on; then nothing happens."""
    desk.as_staff("rewards.view")
    desk.post("/rewards/running/", {"act": "start", "activation": approved})
    with tenant_context(tenant):
        assert not Programme.objects.exists()


def test_a_mode_is_switched_on_once(desk: TenantClient, tenant: TenantRef, approved: str) -> None:
    """Given a mode that runs; when switched on again; then it runs once."""
    desk.as_staff("rewards.view", "rewards.manage")
    for _again in range(2):
        desk.post("/rewards/running/", {"act": "start", "activation": approved})
    with tenant_context(tenant):
        assert Programme.objects.count() == 1


def sells(programme: Programme, buyer: UUID, sponsor: UUID) -> str:
    events: list[dict[str, Any]] = [
        {"type": "member.opened", "key": "s", "member": str(sponsor)},
        {"type": "member.opened", "key": "b", "member": str(buyer), "sponsor": str(sponsor)},
        {"type": "order.paid", "key": "p", "order": "O1", "buyer": str(buyer), "paid": "100.00",
         "cost": "50.00"},
        {"type": "order.completed", "key": "c", "order": "O1"},
    ]  # fmt: skip
    for event in events:
        handle(programme, event)
    return "O1"
