"""What the API of the library takes and answers."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.common.ids import public_id
from kernel.media.choices import AssetKind, AssetState, Fit, Form
from kernel.media.limits import (
    LARGEST,
    LONGEST_ALT,
    LONGEST_FOLDER,
    LONGEST_NAME,
    MOST_AT_ONCE,
)
from kernel.media.models import Asset
from kernel.media.selectors import FolderShown, link, links
from kernel.media.services import Ticket
from kernel.media.services.cutting import SIDES

FRAME_SIDES: Final = [(side, str(side)) for side in SIDES]


class AssetsAsked(serializers.Serializer[Any]):
    """Which files a list shows."""

    q = serializers.CharField(required=False, max_length=100, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=AssetKind.choices, required=False, default="")
    folder = PublicIdField("fol", required=False, default=None)
    is_unused = serializers.BooleanField(required=False, default=False)
    is_trashed = serializers.BooleanField(required=False, default=False)


class AssetShown(serializers.Serializer[Any]):
    """A file of the library; its links end after a while."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=AssetKind.choices)
    name = serializers.CharField()
    media_type = serializers.CharField()
    bytes = serializers.IntegerField(help_text="Of the file and what was made of it.")
    width = serializers.IntegerField(help_text="In pixels; 0 for what is no picture.")
    height = serializers.IntegerField()
    alt = serializers.CharField()
    alts = serializers.DictField(child=serializers.CharField())
    focus = serializers.ListField(child=serializers.FloatField(), help_text="Shares from 0 to 1.")
    folder = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=AssetState.choices)
    fault = serializers.CharField(help_text="Why it is damaged; empty otherwise.")
    url = serializers.CharField(help_text="Empty while a picture is being prepared.")
    renditions = serializers.DictField(
        child=serializers.CharField(), help_text="Links to WebP files by width."
    )
    trashed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class AssetSent(serializers.Serializer[Any]):
    """A file for the library."""

    file = serializers.FileField()
    alt = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_ALT, default=""
    )
    folder = PublicIdField("fol", required=False, default=None)


class ContentSent(serializers.Serializer[Any]):
    """Another content for a file."""

    file = serializers.FileField()


class AssetTold(serializers.Serializer[Any]):
    """What is said of a file; what is left out stays as it is."""

    name = serializers.CharField(required=False, max_length=LONGEST_NAME)
    alt = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_ALT)
    alts = serializers.DictField(
        required=False, child=serializers.CharField(allow_blank=True, max_length=LONGEST_ALT)
    )
    focus = serializers.ListField(
        required=False,
        child=serializers.FloatField(min_value=0, max_value=1),
        min_length=2,
        max_length=2,
    )
    folder = PublicIdField("fol", required=False, allow_null=True)


class AssetsChosen(serializers.Serializer[Any]):
    """Some files."""

    assets = serializers.ListField(
        child=PublicIdField("ast"), min_length=1, max_length=MOST_AT_ONCE
    )


class AssetsMoved(AssetsChosen):
    """Some files, and the folder that they go to; null for the top."""

    folder = PublicIdField("fol", allow_null=True)


class UseShown(serializers.Serializer[Any]):
    """Something that shows a file; ``path`` is its page in the console."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a member's name
    title = serializers.CharField()
    path = serializers.CharField()


class CutAsked(serializers.Serializer[Any]):
    """A frame for a picture."""

    width = serializers.ChoiceField(choices=FRAME_SIDES)
    height = serializers.ChoiceField(choices=FRAME_SIDES)
    fit = serializers.ChoiceField(choices=Fit.choices, required=False, default=Fit.FILL)
    form = serializers.ChoiceField(choices=Form.choices, required=False, default=Form.WEBP)


class FrameShown(serializers.Serializer[Any]):
    """A link that lasts as long as the file does; it leads on to one that ends."""

    url = serializers.CharField()


class UploadAsked(serializers.Serializer[Any]):
    """A file that will be sent."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    size = serializers.IntegerField(min_value=1, max_value=LARGEST, help_text="In bytes.")
    folder = PublicIdField("fol", required=False, default=None)


class UploadShown(serializers.Serializer[Any]):
    """Where to send a file: ``multipart/form-data`` with these fields, and then ``file``."""

    id = serializers.CharField()
    url = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]
    expires_at = serializers.DateTimeField()


class FolderChanged(serializers.Serializer[Any]):
    """What is changed of a folder; ``parent`` is null for the top."""

    name = serializers.CharField(max_length=LONGEST_FOLDER, required=False)
    parent = PublicIdField(  # type: ignore[assignment]  # a member's name
        "fol", required=False, allow_null=True
    )


class AssetsMarked(AssetsChosen):
    """Some pictures, and whether the watermark shall stand in them."""

    watermark = serializers.BooleanField()


class MarkedShown(serializers.Serializer[Any]):
    """How many pictures are drawn anew; the others were as wanted, or are no pictures."""

    number = serializers.IntegerField()


class FolderMade(serializers.Serializer[Any]):
    """A folder that is not there yet."""

    name = serializers.CharField(max_length=LONGEST_FOLDER)
    parent = PublicIdField(  # type: ignore[assignment]  # a member's name
        "fol", required=False, default=None
    )


class FolderListed(serializers.Serializer[Any]):
    """A folder with how many files lie in it, and the names from the top to it."""

    id = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a member's name
    path = serializers.CharField()
    files = serializers.IntegerField()


class RoomShown(serializers.Serializer[Any]):
    """How much room files take, and how much there is."""

    bytes = serializers.IntegerField()
    limit = serializers.IntegerField()


def asset_data(row: Asset) -> dict[str, Any]:
    """Return a file as answers show it."""
    return {
        "id": row.public_id,
        "kind": row.kind,
        "name": row.name,
        "media_type": row.media_type,
        "bytes": row.bytes,
        "width": row.width,
        "height": row.height,
        "alt": row.alt,
        "alts": row.alts,
        "focus": [row.focus_x / 1000, row.focus_y / 1000],
        "folder": public_id("fol", row.folder_id) if row.folder_id else None,
        "state": row.state,
        "fault": row.fault,
        "url": link(row),
        "renditions": links(row),
        "trashed_at": row.trashed_at,
        "created_at": row.created_at,
    }


def folder_data(shown: FolderShown) -> dict[str, Any]:
    """Return a folder as answers show it."""
    parent = shown.row.parent_id
    return {
        "id": shown.row.public_id,
        "name": shown.row.name,
        "parent": public_id("fol", parent) if parent else None,
        "path": shown.path,
        "files": shown.files,
    }


def ticket_data(ticket: Ticket, url: str) -> dict[str, Any]:
    """Return leave to send a file as answers show it."""
    return {
        "id": ticket.upload.public_id,
        "url": url,
        "fields": dict(ticket.form.fields),
        "expires_at": ticket.upload.expires_at,
    }
