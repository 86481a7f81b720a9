"""Withdrawals as staff meet them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from kernel.audit.models import AuditEntry
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.ledger.services import define_asset
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.wallet.models import PayoutBatch, Withdrawal, WithdrawalRule
from testkit.factories.wallet import (
    ACTOR,
    BANK,
    COMMISSION,
    let_withdraw,
    make_earned,
    make_withdrawal,
)
from testkit.web import TenantClient


@pytest.fixture(autouse=True)
def _sealer(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=utc_now())
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


def test_withdrawals_are_reviewed_paid_together_and_proven(
    desk: TenantClient, tenant: TenantRef
) -> None:
    powers = ("withdrawals.view", "withdrawals.review", "withdrawals.pay")
    desk.as_staff(*powers, "members.view")
    with tenant_context(tenant):
        let_withdraw(four_eyes_minor=9_000)
        rows = [make_withdrawal(), make_withdrawal(), make_withdrawal(9_500)]
    paths = [f"/withdrawals/{row.public_id}/" for row in rows]

    home = desk.get("/").content.decode()
    listed = desk.get("/withdrawals/?state=to_review").content.decode()
    for path in (paths[0], paths[2], paths[2]):
        desk.post(f"{path}approve/")
    second = desk.get(paths[2]).content.decode()
    desk.post(f"{paths[1]}reject/", {"reason": "Wrong name"})
    batch = desk.post("/withdrawals/batches/new/", {"withdrawal": rows[0].public_id})
    path = batch["Location"]
    sheet = desk.post(f"{path}file/")
    lines = b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
    page = desk.get(path).content.decode()
    proof = SimpleUploadedFile("bank.pdf", b"%PDF-1.7 paid")
    closed = desk.post(f"{path}close/", {"note": "ICBC 1", "proof": proof})
    kept = desk.get(f"{path}proof/")
    shown = desk.get(paths[0]).content.decode()

    returned = desk.post(f"{paths[0]}return/", {"reason": "Closed account"})
    sheet = desk.get("/withdrawals/export.csv?state=returned")
    export = b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
    back = desk.get(paths[0]).content.decode()

    assert returned.status_code == 302
    assert (rows[0].number in export, rows[1].number in export) == (True, False)
    assert BANK["number"] not in export
    assert "Closed account" in back
    assert "Withdrawals to review" in home
    assert rows[0].number in listed
    assert BANK["number"] not in listed + page + shown
    assert "You have approved it." in second
    assert BANK["number"] in lines
    assert (closed.status_code, b"".join(kept.streaming_content)) == (302, b"%PDF-1.7 paid")  # type: ignore[attr-defined]
    assert "Paid out" in shown
    with tenant_context(tenant):
        states = dict(Withdrawal.objects.values_list("pk", "state"))
        assert [states[row.pk] for row in rows] == ["returned", "rejected", "checked"]
        assert PayoutBatch.objects.get().state == "done"
        actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {"withdrawal.approved", "withdrawal.rejected", "payout_batch.file_taken"}
    assert "withdrawal.returned" in actions


def test_rules_say_what_can_be_paid_out(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("withdrawals.view", "withdrawals.manage")
    names = {"zh-hans": "积分", "en": "Points"}
    with tenant_context(tenant):
        make_earned()
        define_asset("points", "points", names, 0, actor=ACTOR, is_transferable=True)
    path = f"/withdrawals/rules/{COMMISSION}/"
    told = {"is_on": "on", "min": "10", "fee": "1", "audience": "all", "channels": ["bank"]}

    wrong = desk.post(path, {**told, "max": "5"})
    none = desk.post(path, {**told, "channels": []})
    kept = desk.post(path, {**told, "four_eyes": "500", "statement_en": "In three days."})
    passed = desk.post(
        "/withdrawals/rules/points/transfers/", {"is_on": "on", "min": "1", "audience": "all"}
    )
    listed = desk.get("/withdrawals/rules/").content.decode()

    assert [each.status_code for each in (wrong, none, kept, passed)] == [422, 422, 302, 302]
    assert "Not possible" in listed
    with tenant_context(tenant):
        rule = WithdrawalRule.objects.get()
    assert (rule.min_minor, rule.fee_bp, rule.four_eyes_minor) == (1_000, 100, 50_000)
    assert rule.statement == {"en": "In three days."}
