"""The warm pool: schemas made ahead, so that sign-up runs no DDL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from kernel.tenancy.context import public_context
from tenants.choices import SlotState
from tenants.ddl.names import new_schema_name
from tenants.ddl.packs import pack_for
from tenants.ddl.replay import create_schema, drop_schema
from tenants.ddl.segments import KERNEL, target_digest
from tenants.models import SchemaSlot


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new tenant lives."""

    schema: str
    role: str
    release: str


def claim() -> Place | None:
    """Take a ready schema of the newest release, or return None when none is left.

    Inside the caller's transaction: when it rolls back, the schema is free again.
    """
    with public_context():
        slot = (
            SchemaSlot.objects.select_for_update(skip_locked=True)
            .filter(state=SlotState.READY, release=target_digest(KERNEL))
            .order_by("created_at")
            .first()
        )
        if slot is None:
            return None
        SchemaSlot.objects.filter(pk=slot.pk).update(state=SlotState.CLAIMED)
        return Place(slot.schema_name, slot.role_name, slot.release)


def make_place() -> Place:
    """Make a schema now. Needs the owner's rights; inside the caller's transaction."""
    pack = pack_for(KERNEL)
    schema = new_schema_name()
    return Place(schema, create_schema(schema, pack), pack.target)


def refill(size: int, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Make schemas until ``size`` are ready; return how many were made.

    Each in a transaction of its own: a kill leaves whole ones. Schemas of an
    older release are dropped, for they would be born without a migration.
    """
    drop_outdated()
    made = 0
    while (missing := size - ready_count()) > 0:
        with public_context(), transaction.atomic():
            place = make_place()
            SchemaSlot.objects.create(
                schema_name=place.schema, role_name=place.role, release=place.release
            )
        made += 1
        if progress:
            progress(made, made + missing - 1)
    return made


def ready_count() -> int:
    """Return how many schemas of the newest release are ready."""
    with public_context():
        return SchemaSlot.objects.filter(
            state=SlotState.READY, release=target_digest(KERNEL)
        ).count()


def drop_outdated() -> int:
    """Drop ready schemas of an older release; return how many."""
    dropped = 0
    while True:
        with public_context(), transaction.atomic():
            slot = (
                SchemaSlot.objects.select_for_update(skip_locked=True)
                .filter(state=SlotState.READY)
                .exclude(release=target_digest(KERNEL))
                .first()
            )
            if slot is None:
                return dropped
            drop_schema(slot.schema_name)
            slot.delete()
        dropped += 1
