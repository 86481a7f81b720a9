"""What is said of files: name, text, focal point, folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.media.choices import Origin
from kernel.media.errors import InvalidMedia, UnknownAsset
from kernel.media.limits import LONGEST_NAME
from kernel.media.models import Asset
from kernel.media.names import display_name
from kernel.media.services.checking import checked_alt, checked_alts, checked_line, folder_with
from kernel.media.services.files import drop_cuts
from kernel.media.services.quota import change_room

_WHOLE = 1000


class AssetFields(TypedDict, total=False):
    """What may be said of a file; what is left out stays as it is.

    Attributes:
        focus: what matters most in a picture, in shares from 0 to 1.
    """

    name: str
    alt: str
    alts: Mapping[str, str]
    focus: Sequence[float]
    folder_id: UUID | None


@transaction.atomic
def change_asset(asset_id: UUID, fields: AssetFields, *, actor: Actor) -> Asset:
    """Change what is said of a file; its address stays.

    Raises:
        UnknownAsset: there is no such file.
        UnknownFolder: there is no such folder.
        InvalidMedia: a value cannot be used.
    """
    asset = locked_asset(asset_id)
    values = _checked(asset, fields)
    before = {name: getattr(asset, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    if not changed:
        return asset
    for name in changed:
        setattr(asset, name, values[name])
    asset.save(update_fields=changed)
    if {"focus_x", "focus_y"} & set(changed):
        change_room(-drop_cuts(asset))
    record(
        action="media.changed",
        actor=actor,
        obj=asset,
        before={name: _told(before[name]) for name in changed},
        after={name: _told(values[name]) for name in changed},
    )
    return asset


@transaction.atomic
def move_assets(asset_ids: Sequence[UUID], folder_id: UUID | None, *, actor: Actor) -> None:
    """Put files into a folder, or at the top; no address changes.

    Raises:
        UnknownAsset: one of them is not there.
        UnknownFolder: there is no such folder.
    """
    for key in sorted(set(asset_ids)):
        change_asset(key, {"folder_id": folder_id}, actor=actor)


def locked_asset(asset_id: UUID) -> Asset:
    """Return one of the shop's own files that nobody else changes until the transaction ends.

    Raises:
        UnknownAsset: there is none.
    """
    rows = Asset.objects.select_for_update(no_key=True)
    asset = rows.filter(pk=asset_id, origin=Origin.LIBRARY).first()
    if asset is None:
        raise UnknownAsset
    return asset


def _checked(asset: Asset, fields: AssetFields) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "name" in fields:
        line = checked_line(fields["name"], field="name", longest=LONGEST_NAME, is_needed=True)
        # The ending says what the content is, so it is not for people to choose.
        values["name"] = display_name(line, asset.name.rpartition(".")[2])
    if "alt" in fields:
        values["alt"] = checked_alt(fields["alt"])
    if "alts" in fields:
        values["alts"] = checked_alts(fields["alts"])
    if "focus" in fields:
        values["focus_x"], values["focus_y"] = _focus(fields["focus"])
    if "folder_id" in fields:
        folder = folder_with(fields["folder_id"])
        values["folder_id"] = folder.pk if folder else None
    return values


def _focus(value: Sequence[float]) -> tuple[int, int]:
    try:
        x, y = (float(each) for each in value)
    except (TypeError, ValueError):
        x = y = -1.0
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise InvalidMedia(_("Two shares from 0 to 1 are expected."), field="focus")
    return round(x * _WHOLE), round(y * _WHOLE)


def _told(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value
