"""Tells single shops something at the top of their consoles.

Consoles read it from the cache, as what is announced to all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import get_language
from redis import RedisError

from channel_center.bulk.models import ShopAnnouncement
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.backoffice.announcing import Announced
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant_or_none, public_context
from tenants.models import Tenant

_log = structlog.get_logger(__name__)


def announce_to(
    tenant: Tenant, told: Mapping[str, Any], *, channel_id: UUID | None, actor: Actor
) -> ShopAnnouncement:
    """Show something at the top of one shop's console for some hours."""
    row = ShopAnnouncement.objects.create(
        tenant_id=tenant.pk,
        channel_id=channel_id,
        text_zh=told["text_zh"],
        text_en=told["text_en"],
        urgency=told["urgency"],
        ends_at=utc_now() + timedelta(hours=told["hours"]),
    )
    record(
        action="bulk.announced",
        actor=actor,
        obj=("tenant", tenant.public_id),
        after={"title": row.text_en},
    )
    transaction.on_commit(lambda: keep_at_hand(tenant.pk))
    return row


@public_context()
def keep_at_hand(tenant_id: UUID) -> None:
    """Put what one shop is told where its console reads it."""
    now = utc_now()
    rows = ShopAnnouncement.objects.filter(tenant_id=tenant_id, ends_at__gt=now)
    told = [
        {
            "id": row.public_id,
            "zh": row.text_zh,
            "en": row.text_en,
            "urgency": row.urgency,
            "ends_at": row.ends_at.isoformat(),
        }
        for row in rows.order_by("created_at")
    ]
    longest = max((row.ends_at for row in rows), default=now)
    try:
        seconds = max(1, int((longest - now).total_seconds()))
        cache.set(_key(tenant_id), json.dumps(told), timeout=seconds)
    except RedisError as error:
        _log.warning("announcements_not_kept", error=str(error))


def told_here(*, is_shop: bool) -> list[Announced]:
    """Return what the current shop is told at this moment; no query."""
    tenant = current_tenant_or_none()
    if tenant is None or not is_shop:
        return []
    try:
        with public_context():
            text = cache.get(_key(tenant.id))
    except RedisError:
        return []
    now, language = utc_now(), get_language() or ""
    return [
        Announced(
            id=row["id"],
            text=row["en"] if language.startswith("en") else row["zh"],
            urgency=row["urgency"],
        )
        for row in json.loads(text or "[]")
        if now < datetime.fromisoformat(row["ends_at"])
    ]


def _key(tenant_id: UUID) -> str:
    return f"bulk:announced:{tenant_id.hex}"
