"""The names of tax classes and of taxes, as texts that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.i18n.texts.kinds import Part, TextKind, row_of, with_text
from kernel.taxes.models import TaxClass, TaxRate
from kernel.taxes.services.classes import save_class
from kernel.taxes.services.zones import name_rate


def _write(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(TaxClass.objects.select_for_update().filter(pk=row_id), row_id)
    names = with_text(row.names, language, told, is_nested=False)
    save_class(row.code, names, position=row.position, actor=actor)


def _name_rate(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(TaxRate.objects.select_for_update().filter(pk=row_id), row_id)
    name_rate(row, with_text(row.names, language, told, is_nested=False), actor=actor)


CLASSES: Final = TextKind(
    "tax_class",
    _("Tax classes"),
    (Part("name", _("Name"), "names"),),
    TaxClass.objects.all,
    _write,
    path=lambda _row: "/taxes/#classes",
)
RATES: Final = TextKind(
    "tax_rate",
    _("Taxes, as buyers read them"),
    (Part("name", _("Name"), "names"),),
    lambda: TaxRate.objects.select_related("zone"),
    _name_rate,
    title=lambda row: row.zone.name,
    path=lambda row: f"/taxes/zones/{row.zone.public_id}/",
)
