"""Gives and ends rights to features."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.modules.errors import UnknownModule
from kernel.modules.ports import KERNEL_FEATURES
from kernel.modules.registry import manifest_of
from kernel.tenancy.context import public_context
from tenants.errors import StateRefused
from tenants.invalidation import changed
from tenants.models import Grant
from tenants.offers import keep_offers
from tenants.services.states import locked

READ_ONLY_DAYS = 14
"""How long a feature stays readable after its right ended, unless told otherwise."""


@public_context()
@transaction.atomic
def give(
    tenant_id: UUID,
    feature: str,
    *,
    source_type: str,
    source_id: str,
    actor: Actor,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    off_at: datetime | None = None,
    edition: str = "",
    limits: Mapping[str, int] | None = None,
    priority: int = 0,
) -> Grant:
    """Give a right; giving it again from the same source returns the first.

    Raises:
        UnknownModule: no module has this code.
        StateRefused: it would end before it starts, or be off before it ends.
    """
    if manifest_of(feature) is None and feature not in KERNEL_FEATURES:
        raise UnknownModule(module=feature)
    tenant = locked(tenant_id)
    starts = starts_at or utc_now()
    if ends_at is not None:
        off_at = off_at or ends_at + timedelta(days=READ_ONLY_DAYS)
        if ends_at <= starts or off_at < ends_at:
            raise StateRefused(starts_at=starts.isoformat(), ends_at=ends_at.isoformat())
    grant, created = Grant.objects.get_or_create(
        tenant=tenant,
        feature=feature,
        source_type=source_type,
        source_id=source_id,
        defaults={
            "starts_at": starts,
            "ends_at": ends_at,
            "off_at": off_at,
            "edition": edition,
            "limits": dict(limits or {}),
            "priority": priority,
        },
    )
    if created:
        record(
            action="tenants.grant_given",
            actor=actor,
            obj=("tenant", tenant.public_id),
            before={},
            after={"feature": feature, "ends_at": ends_at and ends_at.isoformat()},
        )
        note_metered(tenant.pk, feature)
        changed(tenant.pk)
    return grant


@public_context()
@transaction.atomic
def revoke(tenant_id: UUID, feature: str, *, actor: Actor, reason: str = "") -> int:
    """End all rights of a tenant to a feature now; return how many were ended."""
    tenant = locked(tenant_id)
    ended = Grant.objects.filter(tenant=tenant, feature=feature, revoked_at=None).update(
        revoked_at=utc_now()
    )
    if ended:
        record(
            action="tenants.grant_revoked",
            actor=actor,
            obj=("tenant", tenant.public_id),
            before={"feature": feature},
            after={},
            reason=reason,
        )
        note_metered(tenant.pk, feature)
        changed(tenant.pk)
    return ended


@public_context()
@transaction.atomic
def end_from(
    tenant_id: UUID, feature: str, *, source_type: str, source_id: str, actor: Actor
) -> int:
    """End the right that came from one source; others stay. Return how many were ended."""
    tenant = locked(tenant_id)
    ended = Grant.objects.filter(
        tenant=tenant,
        feature=feature,
        source_type=source_type,
        source_id=source_id,
        revoked_at=None,
    ).update(revoked_at=utc_now())
    if ended:
        record(
            action="tenants.grant_revoked",
            actor=actor,
            obj=("tenant", tenant.public_id),
            before={"feature": feature},
            after={},
        )
        note_metered(tenant.pk, feature)
        changed(tenant.pk)
    return ended


def note_metered(tenant_id: UUID, feature: str) -> None:
    """Have every process know, without a query, what of the kernel's own a plan limits."""
    if feature not in KERNEL_FEATURES:
        return
    limited = Grant.objects.filter(
        Q(off_at=None) | Q(off_at__gt=utc_now()),
        tenant_id=tenant_id,
        feature__in=KERNEL_FEATURES,
        revoked_at=None,
    ).values_list("feature", flat=True)
    keep_offers(tenant_id, {"metered": frozenset(limited)})


def grants_of(tenant_id: UUID, *, now: datetime) -> list[Grant]:
    """Return the rights of a tenant that have not gone off, newest first; one query."""
    with public_context():
        return list(
            Grant.objects.filter(
                Q(off_at=None) | Q(off_at__gt=now), tenant_id=tenant_id, revoked_at=None
            ).order_by("feature", "-starts_at")
        )
