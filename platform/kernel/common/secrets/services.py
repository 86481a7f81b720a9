"""Store, read and rotate the secrets of the current tenant, or of the installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from kernel.common.secrets.envelope import EnvelopeSealer, KeyWrapper, Opened, rewrap
from kernel.common.secrets.errors import RootKeysUnusable, SecretMissing, SecretsUnreadable
from kernel.common.secrets.kms import KmsWrapper, connect
from kernel.common.secrets.local_ring import read_ring
from kernel.common.secrets.models import TenantSecret
from kernel.tenancy.context import TenantRef, current_scope

BATCH: Final = 100
INSTALLATION: Final = "public"
"""Whose the secrets of operators and channel partners are; no tenant's id is like it."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What one rotation did in one tenant."""

    rotated: int
    unreadable: tuple[str, ...]


def put_secret(purpose: str, values: Mapping[str, object]) -> int:
    """Seal and store the values, replacing what was stored for this purpose.

    Returns:
        The version stored, from 1 on.
    """
    now = timezone.now()
    with transaction.atomic():
        row, _created = TenantSecret.objects.get_or_create(
            purpose=purpose,
            defaults={"blob": b"", "key_id": "", "created_at": now, "updated_at": now},
        )
        row = TenantSecret.objects.select_for_update().get(pk=row.pk)
        version = row.version + 1 if row.blob else row.version
        sealed = default_sealer().seal_row(values, context=_context(purpose, version))
        row.blob, row.key_id, row.version, row.updated_at = (
            sealed.blob,
            sealed.key_id,
            version,
            now,
        )
        row.save(update_fields=["blob", "key_id", "version", "updated_at"])
    return version


def get_secret(purpose: str) -> Opened:
    """Open what is stored for this purpose.

    Raises:
        SecretMissing: nothing is stored.
        SecretsUnreadable: damage, a row of another tenant or purpose, a retired key.
    """
    row = TenantSecret.objects.filter(purpose=purpose).first()
    if row is None:
        raise SecretMissing
    return default_sealer().open(bytes(row.blob), context=_context(purpose, row.version))


def drop_secret(purpose: str) -> bool:
    """Forget what is stored for this purpose; tell whether something was."""
    deleted, _by_model = TenantSecret.objects.filter(purpose=purpose).delete()
    return deleted > 0


def rotate_secrets(*, batch: int = BATCH) -> Rotation:
    """Reseal the tenant's rows that hang on another root key than the current.

    Each batch commits by itself; killed at any point, the next run goes on with
    the rows that are left. Rows that do not open are left alone and named.
    """
    sealer = default_sealer()
    current = sealer.current_key_id()
    rotated, last = 0, UUID(int=0)
    unreadable: list[str] = []
    while True:
        with transaction.atomic():
            rows = list(
                TenantSecret.objects.select_for_update()
                .exclude(key_id=current)
                .filter(pk__gt=last)
                .order_by("pk")[:batch]
            )
            if not rows:
                return Rotation(rotated=rotated, unreadable=tuple(unreadable))
            done, failed = _reseal(rows, sealer)
            TenantSecret.objects.bulk_update(done, ["blob", "key_id"])
        last = rows[-1].pk
        rotated += len(done)
        unreadable += failed


def rows_by_key() -> dict[str, int]:
    """Count the tenant's rows by the root key they hang on."""
    counted = TenantSecret.objects.values_list("key_id").annotate(rows=Count("pk"))
    return dict(counted.order_by("key_id"))


def _reseal(
    rows: list[TenantSecret], sealer: EnvelopeSealer
) -> tuple[list[TenantSecret], list[str]]:
    done: list[TenantSecret] = []
    failed: list[str] = []
    for row in rows:
        try:
            sealed = rewrap(sealer, bytes(row.blob), context=_context(row.purpose, row.version))
        except SecretsUnreadable:
            failed.append(row.purpose)
            continue
        row.blob, row.key_id = sealed.blob, sealed.key_id
        done.append(row)
    return done, failed


def _context(purpose: str, version: int) -> dict[str, str]:
    scope = current_scope()
    owner = str(scope.id) if isinstance(scope, TenantRef) else INSTALLATION
    return {"tenant": owner, "purpose": purpose, "v": str(version)}


@lru_cache(maxsize=1)
def default_sealer() -> EnvelopeSealer:
    """Return the installation's sealer, read from the settings once per process.

    Raises:
        RootKeysUnusable: neither a key service nor a usable key directory is set.
    """
    wrappers: list[KeyWrapper] = []
    if settings.STOA_KMS_KEY:
        client = connect(
            region=settings.STOA_KMS_REGION, endpoint_url=settings.STOA_KMS_ENDPOINT_URL or None
        )
        wrappers.append(KmsWrapper(client, key=settings.STOA_KMS_KEY))
    if settings.STOA_SECRETS_KEYS_DIR:
        wrappers.append(read_ring(Path(settings.STOA_SECRETS_KEYS_DIR)))
    if not wrappers:
        raise RootKeysUnusable("set STOA_KMS_KEY or STOA_SECRETS_KEYS_DIR")
    return EnvelopeSealer(wrappers[0], readers=wrappers[1:])
