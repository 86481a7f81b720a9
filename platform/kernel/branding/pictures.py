"""Takes in the pictures of a brand: drawn anew, so that nothing else is in them."""

from __future__ import annotations

import hashlib
from typing import Final

from django.utils.translation import gettext as _

from kernel.branding.errors import InvalidBrand, UnknownPicture
from kernel.branding.models import LARGEST, BrandPicture
from kernel.media.errors import InvalidAsset
from kernel.media.pictures import inspect, prepared
from kernel.media.vectors import clean_drawing
from kernel.tenancy.context import public_context

LARGEST_UPLOAD: Final = 2 * 1024 * 1024
MOST_PIXELS: Final = 2048
"""A side of a picture; logos need no more."""


def keep_picture(content: bytes, *, field: str) -> str:
    """Keep a picture and return the path at which every host of a brand shows it.

    Raises:
        InvalidBrand: no picture, too large, or a drawing with a script or anything else in
            it that acts.
    """
    if len(content) > LARGEST_UPLOAD:
        raise InvalidBrand(_("A picture of at most 2 MB is expected."), field=field)
    try:
        made, ending = _drawn_anew(content)
    except InvalidAsset as refusal:
        reason = str(refusal.fields.get("reason", ""))
        raise InvalidBrand(str(refusal.detail), field=field, reason=reason) from refusal
    if len(made) > LARGEST:
        raise InvalidBrand(_("The picture is too large: at most 512 KB."), field=field)
    name = f"{hashlib.sha256(made).hexdigest()}.{ending}"
    with public_context():
        BrandPicture.objects.bulk_create(
            [BrandPicture(name=name, content=made)], ignore_conflicts=True
        )
    return f"/look/{name}"


def _drawn_anew(content: bytes) -> tuple[bytes, str]:
    if b"<svg" in content[:4096].lower():
        return clean_drawing(content)[0], "svg"
    facts = inspect(content)
    if max(facts.width, facts.height) > MOST_PIXELS:
        text = _("At most %(number)s pixels on each side are expected.") % {"number": MOST_PIXELS}
        raise InvalidAsset(text, reason="pixels")
    made = prepared(content)
    return made.content, made.extension


def picture(name: str) -> bytes:
    """Return what is kept under a name.

    Raises:
        UnknownPicture: nothing.
    """
    with public_context():
        row = BrandPicture.objects.filter(pk=name).first()
    if row is None:
        raise UnknownPicture
    return bytes(row.content)
