"""What documents look like, as an owner chose it; they keep what held when they were issued."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue.sent import check_pictures
from kernel.common.colours import is_colour
from kernel.common.ids import uuid7
from kernel.documents.choices import Column, DocumentKind, Paper
from kernel.documents.errors import InvalidLayout, UnknownEntity
from kernel.documents.models import DocumentLayout, LegalEntity

VARIABLES: Final = {
    "number": gettext_lazy("Number of the document"),
    "date": gettext_lazy("Day on which it was issued"),
    "order": gettext_lazy("Number of the order"),
    "ordered": gettext_lazy("Day on which it was ordered"),
    "buyer": gettext_lazy("Whom it is made out to"),
    "seller": gettext_lazy("In whose name it is issued"),
    "total": gettext_lazy("The whole amount"),
}
"""What texts may say in ``{{ … }}``."""

_VARIABLE: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_LENGTHS: Final = {"title": 80, "intro": 1000, "closing": 1000}
_LOGO: Final = (900, 300)


@dataclass(frozen=True, slots=True)
class Layout:
    """What documents of one kind look like; see `DocumentLayout`."""

    title: str = ""
    intro: str = ""
    closing: str = ""
    colour: str = ""
    paper: str = Paper.A4.value
    hidden: Sequence[str] = ()
    shows_bank: bool = True
    shows_note: bool = True


@transaction.atomic
def save_layout(
    entity_id: UUID,
    kind: DocumentKind,
    layout: Layout,
    *,
    logo: bytes | None = None,
    actor: Actor,
) -> DocumentLayout:
    """Choose what documents look like that are issued from now on.

    Args:
        entity_id: of the legal entity.
        kind: of document.
        layout: what is chosen.
        logo: a picture; None leaves the present one, and nothing takes it away.
        actor: who chooses.

    Raises:
        UnknownEntity: there is none.
        InvalidLayout: a value cannot be kept; ``field`` names which.
    """
    if not LegalEntity.objects.select_for_update().filter(pk=entity_id).exists():
        raise UnknownEntity
    kept = _checked(layout)
    known = DocumentLayout.objects.filter(entity=entity_id, kind=kind).first()
    row = known or DocumentLayout(entity_id=entity_id, kind=kind)
    before = None if known is None else {name: getattr(known, name) for name in kept}
    for name, value in kept.items():
        setattr(row, name, value)
    if logo is not None:
        row.logo = _kept_logo(logo)
    row.save()
    after = {**kept, "kind": str(kind), "has_logo": bool(row.logo)}
    record(
        action="documents.layout_saved",
        actor=actor,
        obj=("entity", row.entity.public_id),
        before=before,
        after=after,
    )
    return row


def layout_of(entity_id: UUID, kind: DocumentKind) -> dict[str, Any]:
    """Return a layout as documents keep it; empty for the usual one. One query."""
    row = DocumentLayout.objects.filter(entity=entity_id, kind=kind).first()
    if row is None:
        return {}
    names = (*asdict(Layout()), "logo")
    return {name: getattr(row, name) for name in names}


def layouts_of(entity_id: UUID) -> dict[str, DocumentLayout]:
    """Return the layouts of an entity by kind; one query."""
    return {row.kind: row for row in DocumentLayout.objects.filter(entity=entity_id)}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with values for its variables."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)


def _checked(layout: Layout) -> dict[str, Any]:
    kept: dict[str, Any] = asdict(layout)
    for name, longest in _LENGTHS.items():
        text = str(kept[name]).replace("\r\n", "\n").strip()
        if len(text) > longest or any(ord(each) < ord(" ") and each != "\n" for each in text):
            fault = _("At most %(number)s letters can be kept.") % {"number": longest}
            raise InvalidLayout(fault, field=name)
        _check_variables(name, text)
        kept[name] = text
    if kept["colour"] and not is_colour(kept["colour"]):
        raise InvalidLayout(_("Write a colour like #1f6f5c."), field="colour")
    if kept["paper"] not in Paper.values:
        raise InvalidLayout(_("This cannot be chosen."), field="paper")
    hidden = list(dict.fromkeys(str(each) for each in kept["hidden"]))
    if not set(hidden) <= set(Column.values):
        raise InvalidLayout(_("This cannot be chosen."), field="hidden")
    return {**kept, "hidden": hidden}


def _check_variables(name: str, text: str) -> None:
    unknown = [each for each in _VARIABLE.findall(text) if each not in VARIABLES]
    rest = _VARIABLE.sub("", text)
    if unknown or "{{" in rest or "}}" in rest:
        fault = _("There is no variable “%(name)s”.") % {"name": (unknown or ["{{"])[0][:40]}
        raise InvalidLayout(fault, field=name)


def _kept_logo(content: bytes) -> str:
    """Keep a picture as PNG of a bounded size, without anything else that it carried."""
    if not content:
        return ""
    check_pictures([content], refusal=InvalidLayout)
    with Image.open(io.BytesIO(content)) as picture:
        drawn = picture.convert("RGBA")
    drawn.thumbnail(_LOGO)
    # Paper is white; PDF readers print what shines through differently.
    plain = Image.new("RGB", drawn.size, "white")
    plain.paste(drawn, mask=drawn.getchannel("A"))
    file = io.BytesIO()
    plain.save(file, "PNG", optimize=True)
    name = f"documents/logos/{uuid7().hex}.png"
    return default_storage.save(name, ContentFile(file.getvalue()))
