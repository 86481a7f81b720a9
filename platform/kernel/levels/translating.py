"""The names of levels and what they bring, as texts that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.i18n.texts.kinds import Part, TextKind, row_of, with_text
from kernel.levels.models import Level
from kernel.levels.services.levels import change_level

_COLUMNS: Final = {"name": "names", "benefits": "benefits"}


def _write(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    row = row_of(Level.objects.select_for_update().filter(pk=row_id), row_id)
    changed = {
        _COLUMNS[code]: with_text(
            getattr(row, _COLUMNS[code]), language, {code: text}, is_nested=False
        )
        for code, text in told.items()
    }
    change_level(row_id, changed, actor=actor, now=now)


LEVELS: Final = TextKind(
    "level",
    _("Levels"),
    (
        Part("name", _("Name"), "names", "name"),
        Part("benefits", _("Benefits"), "benefits", is_long=True),
    ),
    Level.objects.all,
    _write,
    path=lambda row: f"/levels/{row.public_id}/",
)
