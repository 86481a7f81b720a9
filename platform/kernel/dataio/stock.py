"""How imports tell the inventory how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.inventory.models import StockItem
from kernel.inventory.services import count, default_location
from kernel.inventory.values import Want


def bring_to(counts: Mapping[UUID, int], actor: Actor) -> bool:
    """Count variants at the shop's first location; those that are right already stay untouched."""
    place = default_location()
    kept = StockItem.objects.filter(location=place, variant_id__in=list(counts))
    known = dict(kept.values_list("variant_id", "on_hand"))
    wants = [
        Want(variant_id, number)
        for variant_id, number in counts.items()
        if known.get(variant_id) != number
    ]
    if wants:
        count(place.pk, wants, note=_("Import"), actor=actor)
    return bool(wants)


def counts_of(variant_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many there are of variants at the shop's first location, where stock is kept."""
    kept = StockItem.objects.filter(location=default_location(), variant_id__in=variant_ids)
    return dict(kept.values_list("variant_id", "on_hand"))
