"""Sandboxes end by themselves: what was tried out is not kept for ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from kernel.audit.actor import Actor
from kernel.tenancy.context import public_context
from tenants.choices import LIVING, TenantKind, TenantState
from tenants.errors import JobOpen, StateRefused
from tenants.models import Tenant
from tenants.services.requests import archive, purge

LASTS: Final = timedelta(days=90)


@public_context()
def end_sandboxes(*, now: datetime, actor: Actor) -> int:
    """Archive sandboxes of 90 days, and delete archived ones; return how many jobs began.

    One that has an open job, or is held otherwise, waits for another night.
    """
    rows = Tenant.objects.filter(kind=TenantKind.SANDBOX, created_at__lt=now - LASTS)
    begun = 0
    for tenant in rows.filter(state__in=[*LIVING, TenantState.ARCHIVED]).order_by("pk"):
        try:
            if tenant.state == TenantState.ARCHIVED:
                purge(tenant.pk, confirmation=tenant.name, actor=actor)
            else:
                archive(tenant.pk, reason="sandbox", actor=actor)
        except (JobOpen, StateRefused):
            continue
        begun += 1
    return begun
