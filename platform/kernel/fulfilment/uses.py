"""Pictures of arrivals, as the library sees them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.fulfilment.models import Fulfilment
from kernel.fulfilment.services.proving import PICTURES, PROOF_USE
from kernel.media.uses import Place, UseKind, register_use


def register_uses() -> None:
    """Tell the library of the pictures that prove arrivals."""
    register_use(UseKind(PROOF_USE, _("Proof of delivery"), _places, _rename))


def _places(ids: Collection[UUID]) -> Mapping[UUID, Place]:
    rows = Fulfilment.objects.filter(pk__in=ids).select_related("order")
    return {row.pk: Place(row.order.number, f"/orders/{row.order.number}/") for row in rows}


def _rename(ids: Collection[UUID], names: Mapping[str, str]) -> None:
    for row in Fulfilment.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
        row.proof[PICTURES] = [
            {width: names.get(name, name) for width, name in picture.items()}
            for picture in row.proof.get(PICTURES, ())
        ]
        row.save(update_fields=["proof"])
