"""Jobs in the background and settings, as staff meet them."""

from __future__ import annotations

from datetime import timedelta

from kernel.audit.models import AuditEntry
from kernel.backoffice.jobs.views import LABELS
from kernel.common.ids import uuid7
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.modules.registry import manifests
from kernel.settings.services import get_settings
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.schedules import schedules
from kernel.tenancy.schedules.models import ScheduleClaim
from testkit.modules import switched_on
from testkit.web import TenantClient


def test_jobs_are_seen_run_now_and_tried_again_with_a_reason(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("jobs.view", "jobs.manage")
    with tenant_context(tenant):
        event = OutboxEvent.objects.create(
            name="orders.order_paid",
            version=1,
            aggregate="order:1",
            payload={},
            attempts=7,
            dead_at=utc_now(),
            last_error="ValueError: broken",
        )
    with public_context():
        failed = utc_now().replace(second=0, microsecond=0) - timedelta(hours=1)
        ScheduleClaim.objects.create(
            schedule="ledger.expire", tenant_id=tenant.id, due_at=failed, attempts=5
        )
        ScheduleClaim.objects.create(
            schedule="search.prune", tenant_id=uuid7(), due_at=failed, attempts=5
        )

    before = desk.get("/jobs/").content.decode()
    begun = desk.post("/jobs/run/", {"job": "search.prune"})
    unknown = desk.post("/jobs/run/", {"job": "nobody.knows"})
    silent = desk.post(f"/jobs/events/{event.event_id}/retry/")
    again = desk.post(f"/jobs/events/{event.event_id}/retry/", {"reason": "mended"})
    after = desk.get("/jobs/").content.decode()
    desk.as_staff("jobs.view", email="other@example.com")
    refused = desk.post("/jobs/run/", {"job": "search.prune"})

    assert before.count("Failed") == 1
    assert "ValueError: broken" in before
    assert (begun.status_code, unknown.status_code, silent.status_code) == (302, 404, 422)
    assert (again.status_code, refused.status_code) == (302, 403)
    assert "Queued" in after
    assert "ValueError: broken" not in after
    with public_context():
        assert ScheduleClaim.objects.filter(schedule="search.prune", tenant_id=tenant.id).exists()
    with tenant_context(tenant):
        told = AuditEntry.objects.filter(action__startswith="jobs.").order_by("sequence")
        assert list(told.values_list("action", "reason")) == [
            ("jobs.run", ""),
            ("jobs.retried", "mended"),
        ]


def test_a_settings_form_is_made_from_its_schema_refuses_wrong_kinds_and_keeps_history(
    desk: TenantClient, tenant: TenantRef
) -> None:
    on = switched_on(tenant, "check_in")
    desk.as_staff("modules.manage")
    with tenant_context(on):
        chosen = dict(get_settings("check_in"))
    number = next(key for key, value in chosen.items() if type(value) is int)
    form = {
        key: ", ".join(map(str, value)) if isinstance(value, list) else value
        for key, value in chosen.items()
        if value is not False
    }

    listed = desk.get("/settings/").content.decode()
    wrong = desk.post("/settings/check_in/", {**form, number: "many"})
    with tenant_context(on):
        kept = dict(get_settings("check_in"))
    right = desk.post("/settings/check_in/", {**form, number: int(str(chosen[number])) + 1})
    shown = desk.get("/settings/check_in/").content.decode()

    assert "/settings/check_in/" in listed
    assert (wrong.status_code, kept) == (422, chosen)
    assert right.status_code == 302
    assert f"<del>{chosen[number]}</del>" in shown
    assert desk.get("/settings/nothing/").status_code == 404


def test_every_job_of_the_kernel_has_a_name_for_people() -> None:
    of_modules = tuple(f"{code}." for code in manifests())
    own = {each.name for each in schedules() if not each.name.startswith(of_modules)}

    assert sorted(own - set(LABELS)) == []
