"""The names of tax classes, as texts that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.i18n.texts.kinds import Part, TextKind, row_of, with_text
from kernel.taxes.models import TaxClass
from kernel.taxes.services.classes import save_class


def _write(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, _now: datetime
) -> None:
    row = row_of(TaxClass.objects.select_for_update().filter(pk=row_id), row_id)
    names = with_text(row.names, language, told, is_nested=False)
    save_class(row.code, names, position=row.position, actor=actor)


CLASSES: Final = TextKind(
    "tax_class",
    _("Tax classes"),
    (Part("name", _("Name"), "names"),),
    TaxClass.objects.all,
    _write,
    path=lambda _row: "/taxes/#classes",
)
