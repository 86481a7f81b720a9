"""Ends all API keys of a shop at once, when its provider changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from kernel.access.scopes import Limited
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.keys.models import ApiKey
from kernel.keys.services import KeyDraft, make_key, revoke_key


@transaction.atomic
def end_all_keys(*, actor: Actor, now: datetime) -> list[UUID]:
    """Revoke every key that is good; return which they were."""
    rows = good_keys(now=now).select_for_update().order_by("pk")
    found = list(rows.values_list("pk", flat=True))
    for key in found:
        revoke_key(key, actor=actor, now=now)
    return found


def good_keys(*, now: datetime) -> models.QuerySet[ApiKey]:
    """Return the keys that programs can use."""
    rows = ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)
    return rows.order_by("name", "pk")


@transaction.atomic
def bring_back_keys(keys: Sequence[UUID], *, actor: Actor) -> None:
    """Make revoked keys good again, as what they were revoked for did not come about."""
    for row in ApiKey.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
        if row.revoked_at is not None:
            row.revoked_at = None
            row.save(update_fields=["revoked_at"])
            record(action="keys.brought_back", actor=actor, obj=row, after={"name": row.name})


@transaction.atomic
def issue_anew(
    keys: Sequence[UUID], *, by: Limited, actor: Actor, now: datetime
) -> list[tuple[ApiKey, str]]:
    """Make a key like each that was revoked; the texts are returned here and never again.

    Raises:
        InvalidKey: somebody gives a scope that he may not give.
    """
    rows = ApiKey.objects.filter(pk__in=keys, revoked_at__isnull=False).order_by("name", "pk")
    living = rows.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    return [make_key(_like(row), by=by, actor=actor, now=now) for row in living]


def _like(row: ApiKey) -> KeyDraft:
    return KeyDraft(
        name=row.name,
        scopes=row.scopes,
        networks=row.networks,
        a_minute=row.a_minute,
        expires_at=row.expires_at,
    )
