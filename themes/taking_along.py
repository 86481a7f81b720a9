"""Files that pages show, taken along from shop to shop: named by their content on the way."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Final

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.media.choices import AssetState
from kernel.media.errors import InvalidAsset
from kernel.media.models import Asset
from kernel.media.names import asset_id_of
from kernel.media.selectors import name_for
from kernel.media.services import add_file, finish_drawing, keep_picture
from kernel.media.services.rendering import Drawn, pair_of
from kernel.snapshots.contract import Files

MARK: Final = "file:"
"""What stands before the digest of a file in a document that is on its way."""

_WIDTH: Final = 1_200


def asset_named(name: str) -> Asset | None:
    """Return the file of the library that a document names; None for one of a theme, or gone."""
    key = asset_id_of(name)
    row = Asset.objects.filter(pk=key).first() if key else None
    return row if row is not None and row.file else None


def kept_name(files: Files | None) -> Callable[[str], str]:
    """Return what names files by their digest: of what came, or of what is taken along."""

    def named(name: str) -> str:
        row = asset_named(name)
        if row is None:
            return name
        if files is None:
            return f"{MARK}{row.digest}"
        with default_storage.open(row.file) as file:
            return f"{MARK}{files.keep(file.read())}"

    return named


def new_name(files: Files, *, actor: Actor) -> Callable[[str], str]:
    """Return what puts files into the library; they can be shown at once."""

    def named(name: str) -> str:
        if not name.startswith(MARK):
            return name
        return in_library(files.read(name.removeprefix(MARK)), name=_("Picture"), actor=actor)

    return named


def in_library(content: bytes, *, name: str, actor: Actor) -> str:
    """Put a file into the library unless it is there; return the name that pages show it by.

    Raises:
        InvalidAsset: it is nothing that can be shown.
        StorageFull: the shop has no room for it.
    """
    try:
        row = keep_picture(content, name=name)
    except InvalidAsset as refusal:
        if refusal.fields.get("reason") != "kind":
            raise
        row = add_file(BytesIO(content), name=name, size=len(content), actor=actor).asset
    if row.state == AssetState.WAITING:
        row = finish_drawing(Drawn(row.pk, row.file, pair_of(row, content))) or row
    return name_for(row, _WIDTH)
