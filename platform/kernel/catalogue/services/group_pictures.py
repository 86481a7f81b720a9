"""Pictures of categories and collections: one WebP file each, of the middle width."""

from __future__ import annotations

from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kernel.catalogue.images import renditions_of
from kernel.common.ids import uuid7

_WIDTH: Final = 960


def keep_group_picture(content: bytes) -> str:
    """Keep a picture, and return the name that a category or collection takes.

    Raises:
        InvalidPicture: the content is no picture that can be shown, or too large.
    """
    data = renditions_of(content)[_WIDTH]
    return default_storage.save(f"catalogue/groups/{uuid7().hex}.webp", ContentFile(data))
