"""Copies pages into many shops, and takes back what was brought into many."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from channel_center.bulk.choices import BRINGS, BulkAction, BulkState, ItemState
from channel_center.bulk.errors import NothingChosen, NothingToTakeBack, UnknownBulk
from channel_center.bulk.models import BulkItem, BulkRun
from channel_center.bulk.services.beginning import MOST, begin
from channel_center.services.channels import tenants_of
from channel_center.snapshots.services.copying import Wish, take_pages
from kernel.audit.actor import Actor
from kernel.tenancy.context import public_context
from kernel.tenancy.errors import UnknownTenant


def copy_pages(
    source_id: UUID,
    tenant_ids: Sequence[UUID],
    wish: Wish,
    *,
    channel_id: UUID | None,
    actor: Actor,
) -> BulkRun:
    """Take pages of a shop as they are now, and have them brought into others by a worker.

    Args:
        source_id: the shop whose pages they are; left out where it is among the others.
        tenant_ids: the others, all of whoever asks.
        wish: which pages, and how.
        channel_id: who asks; None for the operator.
        actor: who asks.

    Raises:
        NothingChosen: no other shop, or too many.
        UnknownTenant: one of them is another's.
        InvalidTemplate: ``field`` says what cannot be used.
        TemplateTooLarge: the pages have too much.
    """
    others = [each for each in dict.fromkeys(tenant_ids) if each != source_id]
    if not 1 <= len(others) <= MOST:
        raise NothingChosen
    with public_context():
        if tenants_of(channel_id).filter(pk__in=others).count() != len(others):
            raise UnknownTenant
    version = take_pages(source_id, wish, channel_id=channel_id, actor=actor)
    told = {"version": str(version.pk), "replaces": wish.replaces}
    return begin(BulkAction.PAGES, others, told, channel_id=channel_id, actor=actor)


def take_back_all(run_id: UUID, *, channel_id: UUID | None, actor: Actor) -> BulkRun:
    """Have what a piece of work brought taken back in every shop; changes since then stay.

    Raises:
        UnknownBulk: there is none, or it is another's.
        NothingToTakeBack: it goes on, brought nothing, or is of another kind.
    """
    with public_context():
        run = BulkRun.objects.filter(pk=run_id, channel_id=channel_id).first()
        if run is None:
            raise UnknownBulk
        done = BulkItem.objects.filter(run=run, state=ItemState.DONE).order_by("pk")
        ids = list(done.values_list("tenant_id", flat=True))
        still = set(tenants_of(channel_id).filter(pk__in=ids).values_list("pk", flat=True))
    ids = [each for each in ids if each in still]
    if not ids or run.state == BulkState.RUNNING or run.action not in BRINGS:
        raise NothingToTakeBack
    told = {"run": str(run.pk)}
    return begin(BulkAction.TAKE_BACK, ids, told, channel_id=channel_id, actor=actor)
