"""Pictures as bytes: what they are, and their renditions."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from kernel.catalogue.errors import InvalidPicture

LARGEST_BYTES: Final = 20 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
WIDTHS: Final = (480, 960, 1600)
_QUALITY: Final = 82
_FORMATS: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}
# What Pillow raises on content that lies about itself.
_FAULTS: Final = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
)


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture is, by its content; its name and its sender's word do not count."""

    extension: str
    width: int
    height: int


def inspect(content: bytes) -> PictureFacts:
    """Return what a picture is; reads its head alone.

    Raises:
        InvalidPicture: no picture of a kind that browsers show, or too large.
    """
    if len(content) > LARGEST_BYTES:
        raise InvalidPicture(_("At most 20 MB are expected."), bytes=len(content))
    try:
        with _opened(content) as image:
            width, height = image.size
            extension = _FORMATS[image.format or ""]
    except (*_FAULTS, KeyError):
        raise InvalidPicture(_("A JPEG, PNG, WebP or GIF picture is expected.")) from None
    if not 0 < width * height <= MOST_PIXELS:
        raise InvalidPicture(_("The picture has too many pixels."), width=width, height=height)
    return PictureFacts(extension, width, height)


def renditions_of(content: bytes) -> dict[int, bytes]:
    """Return WebP files by width; never larger than the original, which stands turned upright.

    Raises:
        InvalidPicture: the content cannot be read to its end.
    """
    inspect(content)
    try:
        with _opened(content) as image:
            upright = ImageOps.exif_transpose(image)
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            plain = upright.convert("RGBA" if has_alpha else "RGB")
            return {width: _rendition(plain, width) for width in WIDTHS}
    except _FAULTS:
        raise InvalidPicture(_("The picture is damaged.")) from None


def _opened(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # Pixels are counted by us, before anything is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(BytesIO(content), formats=list(_FORMATS))


def _rendition(image: Image.Image, width: int) -> bytes:
    sized = image
    if image.width > width:
        height = max(1, round(image.height * width / image.width))
        sized = image.resize((width, height), Image.Resampling.LANCZOS)
    out = BytesIO()
    # Without the metadata of the original: cameras write places into it.
    sized.save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()
