"""Tells partners' programs what becomes of their shops."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from channel_center.partners.models import PartnerDelivery, PartnerEndpoint
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.choices import TenantState
from tenants.models import Tenant

ALL_EVENTS: Final = "*"
_OPEN: Final = (TenantState.TRIAL, TenantState.ACTIVE)
_OTHERS: Final[dict[str, str]] = {
    TenantState.SUSPENDED: "tenant.suspended",
    TenantState.ARCHIVED: "tenant.archived",
    TenantState.PURGED: "tenant.purged",
}


def on_moved(tenant: Tenant, before: str, after: str) -> None:
    """Keep what became of a shop for its partner's endpoints, with the change itself."""
    if tenant.channel_id is None:
        return
    event = _OTHERS.get(after, "")
    if after in _OPEN:
        event = "tenant.resumed" if before == TenantState.SUSPENDED else "tenant.provisioned"
    if not event:
        return
    data = {"tenant": tenant.public_id, "name": tenant.name, "state": str(after)}
    tell(tenant.channel_id, event, about=tenant.public_id, data=data)


@public_context()
def tell(channel_id: UUID, event: str, *, about: str, data: Mapping[str, object]) -> None:
    """Keep an event for the endpoints of a partner that want it, in the caller's transaction."""
    wants = Q(events__contains=[event]) | Q(events__contains=[ALL_EVENTS])
    rows = PartnerEndpoint.objects.filter(wants, channel=channel_id, is_on=True).order_by("pk")
    endpoints = list(rows)
    if not endpoints:
        return
    now, event_id = utc_now(), uuid7()
    body = json.dumps(
        {"type": event, "timestamp": now.isoformat(), "data": dict(data)}, ensure_ascii=False
    )
    PartnerDelivery.objects.bulk_create(
        [
            PartnerDelivery(
                endpoint=each,
                event_id=event_id,
                event=event,
                aggregate=about,
                body=body,
                next_at=now,
            )
            for each in endpoints
        ]
    )
    transaction.on_commit(_have_sent)


def _have_sent() -> None:
    from channel_center.partners.tasks import send_to_partners
    from kernel.tenancy.tasks import enqueue

    with public_context():
        enqueue(send_to_partners)
