"""Celery entry points of partners' webhooks."""

from __future__ import annotations

from channel_center.partners.services.expiring import tell_of_expiring
from channel_center.partners.services.sending import forget_old, send_due
from kernel.common.time import utc_now
from kernel.tenancy.tasks import enqueue, tenant_task

_BATCH = 200


@tenant_task(name="partners.send", queue="default", scope="public")
def send_to_partners() -> None:
    """Send what is due to partners' endpoints, and forget what is old."""
    if send_due(most=_BATCH) == _BATCH:
        enqueue(send_to_partners)
    forget_old(now=utc_now())


@tenant_task(name="partners.tell_expiring", queue="default", scope="public")
def tell_expiring() -> None:
    """Tell partners' programs of rights that end soon."""
    tell_of_expiring(now=utc_now())
