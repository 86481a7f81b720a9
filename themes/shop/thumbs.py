"""Small pictures beside what is bought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from kernel.catalogue.selectors.pictures import first_pictures, shown
from themes.resolving import picture_url

_WIDTH: Final = 240
_RENDITION: Final = "480"


def thumbs_of(product_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the address of a small picture of each product that has one; one query."""
    found = first_pictures(set(product_ids))
    return {product_id: shown(each).url(_WIDTH) for product_id, each in found.items()}


def kept_thumb(kept: Mapping[str, Any]) -> str:
    """Return the address of the picture in what was kept of a variant; empty without one."""
    renditions = kept.get("renditions") or {}
    return picture_url(str(renditions.get(_RENDITION) or kept.get("image") or ""))
