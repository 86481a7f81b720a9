"""Pictures in cases, as the library sees them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.aftersales.models import CasePicture
from kernel.aftersales.services.pictures import PICTURE_USE
from kernel.media.uses import Place, UseKind, register_use


def register_uses() -> None:
    """Tell the library of the pictures in cases."""
    register_use(UseKind(PICTURE_USE, _("Picture in an after-sales case"), _places, _rename))


def _places(ids: Collection[UUID]) -> Mapping[UUID, Place]:
    rows = CasePicture.objects.filter(pk__in=ids).select_related("entry__case")
    return {
        row.pk: Place(row.entry.case.number, f"/after-sales/{row.entry.case.public_id}/")
        for row in rows
    }


def _rename(ids: Collection[UUID], names: Mapping[str, str]) -> None:
    for row in CasePicture.objects.filter(pk__in=ids).order_by("pk"):
        row.file = names.get(row.file, row.file)
        row.renditions = {key: names.get(name, name) for key, name in row.renditions.items()}
        row.save(update_fields=["file", "renditions"])
