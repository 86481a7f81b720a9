"""What files of the library show, as texts that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.i18n.texts.kinds import Part, TextKind, with_text
from kernel.media.choices import AssetKind, Origin
from kernel.media.models import Asset
from kernel.media.services.changing import change_asset, locked_asset


def _rows() -> QuerySet[Asset]:
    return Asset.objects.filter(
        origin=Origin.LIBRARY, kind=AssetKind.IMAGE, trashed_at__isnull=True
    )


def _write(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    asset = locked_asset(row_id)
    alts = with_text(asset.alts, language, told, is_nested=False)
    change_asset(row_id, {"alts": alts}, actor=actor)


ALTS: Final = TextKind(
    "asset",
    _("What pictures of the library show"),
    (Part("alt", _("What it shows"), "alts", "alt"),),
    _rows,
    _write,
    path=lambda row: f"/library/{row.public_id}/",
)
