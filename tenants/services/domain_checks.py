"""Looks again whether proven names are still proven."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import public_context
from tenants.choices import LIVING, DomainState
from tenants.errors import DomainNotProven
from tenants.invalidation import changed
from tenants.models import Domain
from tenants.services.domains import Resolver, SystemResolver, is_proven
from tenants.services.states import locked

_log = structlog.get_logger(__name__)

EVERY = timedelta(hours=20)
MOST_FAILURES = 3
"""A name breaks when the DNS has answered so often in a row without its proof."""


@public_context()
def recheck(
    *, now: datetime, actor: Actor, resolver: Resolver | None = None, limit: int = 500
) -> int:
    """Check names that were not looked at for a day; return how many changed their state.

    A name that lost its proof breaks after `MOST_FAILURES` checks and is served
    no more; it heals with the first check that finds the proof. An answer that
    does not come counts for nothing.
    """
    asked = resolver or SystemResolver()
    due = (
        Domain.objects.filter(
            Q(checked_at=None) | Q(checked_at__lt=now - EVERY),
            state__in=[DomainState.VERIFIED, DomainState.BROKEN],
            tenant__state__in=LIVING,
        )
        .select_related("tenant")
        .exclude(domain__endswith=f".{settings.STOA_BASE_DOMAIN}")
    )
    return sum(
        _check(domain, asked, now=now, actor=actor)
        for domain in due.order_by("checked_at", "pk")[:limit]
    )


def _check(domain: Domain, resolver: Resolver, *, now: datetime, actor: Actor) -> bool:
    try:
        proven = is_proven(domain, resolver)
    except DomainNotProven as silence:
        _log.info("domain_check_unanswered", domain=domain.domain, error=str(silence))
        Domain.objects.filter(pk=domain.pk).update(checked_at=now)
        return False
    with transaction.atomic():
        tenant = locked(domain.tenant_id)
        row = Domain.objects.select_for_update().filter(pk=domain.pk).first()
        if row is None:
            return False
        before = row.state
        row.checked_at = now
        row.failed_checks = 0 if proven else min(row.failed_checks + 1, MOST_FAILURES)
        row.check_error = "" if proven else "no proof in the DNS"
        if proven:
            row.state = DomainState.VERIFIED
        elif row.failed_checks >= MOST_FAILURES:
            row.state = DomainState.BROKEN
        row.save()
        if row.state == before:
            return False
        record(
            action=f"tenants.domain_{row.state}",
            actor=actor,
            obj=("tenant", tenant.public_id),
            before={"domain": row.domain, "state": before},
            after={"domain": row.domain, "state": row.state},
        )
        changed(tenant.pk)
    return True
