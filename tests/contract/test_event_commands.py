"""``stoa outbox`` and ``stoa audit`` as a script would call them."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from typer.testing import CliRunner

from config.cli import audit, outbox
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.outbox.events import Envelope, Subscription, subscribed_temporarily
from kernel.common.outbox.publishing import publish
from kernel.common.outbox.retry import RetryPolicy
from kernel.common.outbox.tests.probe import Probed
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.tenants import open_test_tenant

run = CliRunner()


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    return open_test_tenant()


def _break(event: Probed, envelope: Envelope) -> None:
    raise LookupError(envelope.name)


def test_a_dead_letter_is_listed_replayed_and_gone(tenant: TenantRef) -> None:
    of_tenant = ["--tenant", tenant.public_id]
    with (
        tenant_context(tenant),
        subscribed_temporarily(Subscription(Probed.name, "probe.broken", _break)),
    ):
        with transaction.atomic():
            publish(Probed(number=1), aggregate="a")
        deliver_pending(clock=utc_now, limit=10, policy=RetryPolicy(attempts=1))

    dead = json.loads(run.invoke(outbox.app, ["dead", *of_tenant, "--json"]).stdout)
    assert [(line["name"], line["state"]) for line in dead] == [("probe.probed", "dead")]
    replayed = run.invoke(outbox.app, ["replay", dead[0]["id"], *of_tenant, "--json"])
    assert json.loads(replayed.stdout) == {"replayed": 1}

    with tenant_context(tenant):
        deliver_pending(clock=lambda: utc_now() + timedelta(days=1), limit=10)
    assert json.loads(run.invoke(outbox.app, ["list", *of_tenant, "--json"]).stdout) == []


def test_an_export_holds_no_formula_and_the_chain_is_whole(
    tenant: TenantRef, tmp_path: Path
) -> None:
    of_tenant = ["--tenant", tenant.public_id]
    with tenant_context(tenant), transaction.atomic():
        record(action="probe.named", actor=Actor("staff", "s", "=1+1"), reason="@SUM(A1)")

    verified = json.loads(run.invoke(audit.app, ["verify", *of_tenant, "--json"]).stdout)
    assert verified["intact"]
    target = tmp_path / "log.csv"
    assert run.invoke(audit.app, ["export", *of_tenant, "--to", str(target)]).exit_code == 0

    with target.open(encoding="utf-8-sig", newline="") as file:
        newest = next(csv.DictReader(file))
    assert (newest["actor_name"], newest["reason"]) == ("'=1+1", "'@SUM(A1)")


def test_a_log_that_was_cut_ends_with_status_one(tenant: TenantRef) -> None:
    arguments = ["verify", "--tenant", tenant.public_id, "--expect", f"999:{'0' * 64}", "--json"]

    result = run.invoke(audit.app, arguments)

    assert result.exit_code == 1
    assert json.loads(result.stdout)["fault"] == "cut"
