"""Proofs of identity and tax withheld as staff meet them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from kernel.audit.models import AuditEntry
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.wallet.models import WithdrawalRule
from kernel.wallet.services import approve, make_batch, settle_by_hand, submit_identity
from testkit.factories.orders import make_member
from testkit.factories.wallet import (
    ACTOR,
    BANK,
    card_number,
    identify,
    let_withdraw,
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


def test_who_a_member_is_is_verified_without_reading_the_number(
    desk: TenantClient, tenant: TenantRef
) -> None:
    number = card_number(7)
    with tenant_context(tenant):
        let_withdraw(tax_category="CN:labour", identity_from_minor=1)
        told = {"document": "id_card", "name": BANK["holder"], "number": number}
        row = submit_identity(make_member().pk, **told, actor=ACTOR, now=utc_now())
        member = make_member()
        identify(member, seed=8)
        out = make_withdrawal(800_000, member=member, earned=800_000)
        approve(out.pk, actor=ACTOR, now=utc_now())
        make_batch([out.pk], actor=ACTOR, now=utc_now())
        settle_by_hand(out.pk, is_paid=True, reason="", actor=ACTOR, now=utc_now())
        month = f"{out.tax_on:%Y-%m}"
    path = f"/withdrawals/identities/{row.public_id}/"

    desk.as_staff(
        *("withdrawals.view", "withdrawals.identify", "withdrawals.pay", "withdrawals.manage"),
        "members.view",
    )
    listed = desk.get("/withdrawals/identities/").content.decode()
    desk.post(f"{path}compare/", {"name": BANK["holder"], "number": number.lower()})
    same = desk.get(path).content.decode()
    desk.post(f"{path}verify/")
    shown = desk.get(path).content.decode()
    tax = desk.get("/withdrawals/tax/").content.decode()
    sheet = desk.post(f"/withdrawals/tax/{month}/file/")
    lines = b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
    rule = desk.get("/withdrawals/rules/commission/").content.decode()
    detail = desk.get(f"/withdrawals/{out.public_id}/").content.decode()

    assert "Name and number are the same." in same
    assert "Verified" in shown
    assert number not in listed + same + shown + tax + lines
    assert "42.00" in tax
    assert "42.00" in lines
    assert "cumulative" in rule
    assert "taxable 1400.00" in detail
    with tenant_context(tenant):
        acts = set(AuditEntry.objects.values_list("action", flat=True))
        assert {"identity.compared", "identity.verified", "tax_report.taken"} <= acts
        assert WithdrawalRule.objects.get().tax_category == "CN:labour"
