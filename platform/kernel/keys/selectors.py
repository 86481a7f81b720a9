"""Reads of API keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kernel.keys.errors import UnknownKey
from kernel.keys.models import ApiKey


def all_keys() -> QuerySet[ApiKey]:
    """Return the keys, the newest first."""
    return ApiKey.objects.order_by("-id")


def key_with(key_id: UUID) -> ApiKey:
    """Return a key.

    Raises:
        UnknownKey: there is none.
    """
    row = ApiKey.objects.filter(pk=key_id).first()
    if row is None:
        raise UnknownKey
    return row


def state_of(row: ApiKey, *, now: datetime) -> str:
    """Return ``valid``, ``expired`` or ``revoked``."""
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= now else "valid"
