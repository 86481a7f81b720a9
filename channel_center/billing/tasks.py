"""Celery entry points of billing."""

from __future__ import annotations

from channel_center.billing.services import gifts, invariants, looking
from kernel.common.time import utc_now
from kernel.tenancy.tasks import tenant_task


@tenant_task(name="billing.look", queue="default", scope="public")
def look_by_clock() -> None:
    """Renew, ask again and restrict what stays unpaid."""
    looking.look_at_due(now=utc_now())


@tenant_task(name="billing.expire_gifts", queue="default", scope="public")
def expire_gifts() -> None:
    """Take away what is left of gifts that have run out."""
    gifts.expire(utc_now())


@tenant_task(name="billing.check", queue="default", scope="public")
def check_books() -> None:
    """Compare what was sold with the ledger, each night; loudly where it does not agree."""
    invariants.check()
