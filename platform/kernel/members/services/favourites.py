"""Keeps what members want to find again, and what they looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from kernel.members.errors import TooMany
from kernel.members.models import Favourite, Footprint, Member

MOST_FAVOURITES: Final = 1000
MOST_FOOTPRINTS: Final = 200


def favourites_of(member_id: UUID, *, kind: str) -> QuerySet[Favourite]:
    """Return a member's favourites of a kind, the latest first."""
    return Favourite.objects.filter(member_id=member_id, kind=kind).order_by("-created_at", "-id")


def favourite_ids(member_id: UUID, *, kind: str, among: list[UUID]) -> set[UUID]:
    """Return which of these things are the member's favourites; one query."""
    rows = Favourite.objects.filter(member_id=member_id, kind=kind, object_id__in=among)
    return set(rows.values_list("object_id", flat=True))


@transaction.atomic
def add_favourite(member_id: UUID, *, kind: str, object_id: UUID, now: datetime) -> Favourite:
    """Keep a favourite; keeping it again changes nothing.

    Raises:
        TooMany: a thousand are kept already.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member_id)
    kept = Favourite.objects.filter(member_id=member_id)
    if known := kept.filter(kind=kind, object_id=object_id).first():
        return known
    if kept.count() >= MOST_FAVOURITES:
        raise TooMany(limit=MOST_FAVOURITES)
    return Favourite.objects.create(
        member_id=member_id, kind=kind, object_id=object_id, created_at=now
    )


def remove_favourite(member_id: UUID, *, kind: str, object_id: UUID) -> None:
    """Forget a favourite; one that is not kept is forgotten already."""
    Favourite.objects.filter(member_id=member_id, kind=kind, object_id=object_id).delete()


def footprints_of(member_id: UUID, *, kind: str) -> QuerySet[Footprint]:
    """Return what a member looked at, the latest first."""
    return Footprint.objects.filter(member_id=member_id, kind=kind).order_by("-seen_at", "-id")


@transaction.atomic
def leave_footprint(member_id: UUID, *, kind: str, object_id: UUID, now: datetime) -> None:
    """Note that a member looked at something; the oldest beyond two hundred are forgotten."""
    footprint, is_new = Footprint.objects.get_or_create(
        member_id=member_id, kind=kind, object_id=object_id, defaults={"seen_at": now}
    )
    if not is_new:
        Footprint.objects.filter(pk=footprint.pk).update(seen_at=now, times=F("times") + 1)
        return
    beyond = Footprint.objects.filter(member_id=member_id).order_by("-seen_at", "-id")
    old = list(beyond.values_list("pk", flat=True)[MOST_FOOTPRINTS:])
    if old:
        Footprint.objects.filter(pk__in=old).delete()


def clear_footprints(member_id: UUID) -> None:
    """Forget all that a member looked at."""
    Footprint.objects.filter(member_id=member_id).delete()
