"""The legal texts of a shop, as texts that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.i18n.texts.kinds import Part, TextKind
from kernel.members.choices import ConsentKind
from kernel.members.services.consents import documents_in_force, translate_document


def _write(
    row_id: UUID, language: str, told: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    translate_document(row_id, language, told, actor=actor, now=now)


LEGAL: Final = TextKind(
    "legal",
    _("Legal texts"),
    (
        Part("title", _("Title"), "texts", is_nested=True),
        Part("body", _("Text"), "texts", is_nested=True, is_long=True),
    ),
    documents_in_force,
    _write,
    title=lambda row: str(ConsentKind(row.kind).label),
    path=lambda row: f"/entry/texts/{row.kind}/",
)
