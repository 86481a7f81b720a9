"""Payout services as staff connect them."""

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
from kernel.wallet.models import Withdrawal
from testkit.factories.wallet import let_withdraw, make_withdrawal
from testkit.servers.alipay import App, alipay_double, new_key, private_text, public_text
from testkit.web import TenantClient

APP = "2021000000000001"


@pytest.fixture(autouse=True)
def _sealer(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=utc_now())
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


def test_keys_are_tried_kept_out_of_sight_and_forgotten(
    desk: TenantClient, tenant: TenantRef, settings: Settings
) -> None:
    desk.as_staff("withdrawals.view", "withdrawals.manage")
    path, own = "/withdrawals/services/alipay/", new_key()
    told = {"value_app_id": APP, "value_private_key": private_text(own)}
    with alipay_double() as double:
        settings.STOA_ALIPAY_API = double.url
        double.apps[APP] = App(own.public_key())
        told["value_alipay_public_key"] = public_text(double.key)

        before = desk.get("/withdrawals/services/").content.decode()
        wrong = desk.post(path, {**told, "value_alipay_public_key": public_text(own)})
        unread = desk.post(path, {**told, "value_private_key": "rubbish"})
        kept = desk.post(path, told)
        after = desk.get("/withdrawals/services/").content.decode()
        shown = desk.get(path).content.decode()
        again = desk.post(path, {**told, "value_private_key": ""})
    silent = desk.post(path, told)
    gone = desk.post(f"{path}remove/")
    last = desk.get("/withdrawals/services/").content.decode()

    statuses = [each.status_code for each in (wrong, unread, kept, again, silent, gone)]
    assert statuses == [422, 422, 302, 302, 422, 302]
    assert "Please copy it again." in unread.content.decode()
    assert ("Not connected" in before, "Not connected" in after) == (True, False)
    assert "Not connected" in last
    assert APP in shown
    secret = "".join(private_text(own).split("-----")[2].split())
    for page in (wrong, unread, silent):
        assert secret[:40] not in page.content.decode()
    assert secret[:40] not in shown
    assert desk.get("/withdrawals/services/stripe/").status_code == 404
    with tenant_context(tenant):
        actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert actions >= {"payout_service.connected", "payout_service.disconnected"}
        assert secret[:40] not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_staff_ask_again_what_became_of_one(desk: TenantClient, tenant: TenantRef) -> None:
    with tenant_context(tenant):
        let_withdraw()
        row = make_withdrawal()
        Withdrawal.objects.filter(pk=row.pk).update(state="unknown", provider="alipay")
    path = f"/withdrawals/{row.public_id}/"

    desk.as_staff("withdrawals.view", "withdrawals.pay")
    asked = desk.post(f"{path}ask/")
    page = desk.get(path).content.decode()

    assert asked.status_code == 302
    assert "Ask the service again" in page
    with tenant_context(tenant):
        assert Withdrawal.objects.get(pk=row.pk).state == "unknown"
