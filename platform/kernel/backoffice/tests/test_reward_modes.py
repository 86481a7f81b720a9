"""Reward modes as staff meet them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.rewards.policy.choices import ActivationState
from kernel.rewards.policy.models import Activation
from kernel.rewards.policy.services import ask
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient


def test_the_verdict_on_a_mode_is_read_in_words_and_what_is_unlawful_is_refused(
    desk: TenantClient, tenant: TenantRef
) -> None:
    """Given a mode of nine levels; when staff look and ask; then words say why not."""
    desk.as_staff("rewards.view", "rewards.manage")

    gallery = desk.get("/rewards/").content.decode()
    page = desk.get("/rewards/BD-03/").content.decode()
    asked = desk.post("/rewards/BD-03/", {"jurisdictions": ["CN"], "reason": "Growth"})

    assert "/rewards/BD-03/" in gallery
    assert "禁止传销条例" in page or "Decree 444" in page
    assert asked.status_code == 200
    with tenant_context(tenant):
        assert not Activation.objects.exists()
    assert desk.get("/rewards/NONE/").status_code == 404


def test_a_second_person_approves_with_an_opinion(desk: TenantClient, tenant: TenantRef) -> None:
    """Given a request for two levels; when another person approves; then only with a PDF."""
    desk.as_staff("rewards.view", "rewards.manage", "rewards.approve")
    with tenant_context(tenant):
        other = Actor(kind="staff", id="stf_other", name="Li Wei")
        row = ask(["BD-02"], ["CN"], reason="Spring", actor=other, now=utc_now())
    path = f"/rewards/approvals/{row.public_id}/"

    desk.post(path, {"act": "approve"})
    with tenant_context(tenant):
        row.refresh_from_db()
        assert row.state == ActivationState.ASKED
    file = SimpleUploadedFile("opinion.pdf", b"%PDF-1.7 lawful")
    sent = desk.post(path, {"act": "opinion", "author": "Fang & Co", "file": file})
    assert sent.status_code == 302, sent.content.decode()[-3000:]
    desk.post(path, {"act": "approve"})

    assert desk.get(f"{path}opinion/").content == b"%PDF-1.7 lawful"
    listed = desk.get("/rewards/approvals/").content.decode()
    assert "Two-level referral commission" in listed
    assert "BD-02" not in listed
    with tenant_context(tenant):
        row.refresh_from_db()
        assert row.state == ActivationState.ACTIVE


@pytest.mark.parametrize("act", ["approve", "refuse", "end", "opinion"])
def test_who_may_only_look_changes_nothing(desk: TenantClient, tenant: TenantRef, act: str) -> None:
    """Given somebody who may see modes; when he acts; then nothing happens."""
    desk.as_staff("rewards.view")
    with tenant_context(tenant):
        other = Actor(kind="staff", id="stf_other", name="Li Wei")
        row = ask(["BD-01"], ["CN"], reason="Spring", actor=other, now=utc_now())
    desk.post(f"/rewards/approvals/{row.public_id}/", {"act": act})
    with tenant_context(tenant):
        row.refresh_from_db()
        assert row.state == ActivationState.ASKED
