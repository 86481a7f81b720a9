"""Celery entry points of templates."""

from __future__ import annotations

from channel_center.snapshots.services import bringing
from kernel.tenancy.tasks import tenant_task
from tenants.tasks import QUEUE


@tenant_task(name="templates.bring_wanted", queue=QUEUE, scope="public")
def bring_wanted() -> None:
    """Bring templates into shops that were still being set up."""
    bringing.bring_wanted()
