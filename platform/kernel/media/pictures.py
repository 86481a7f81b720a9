"""Pictures as bytes: what they are, and what is made of them to be shown."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from kernel.media.choices import Fit
from kernel.media.errors import InvalidAsset
from kernel.media.limits import KEPT_PIXELS, LARGEST_PICTURE, LONGEST_SIDE, MOST_PIXELS
from kernel.media.links import Frame
from kernel.media.marks import Mark, marked

WIDTHS: Final = (480, 960, 1600)
_QUALITY: Final = 82
_KEPT_QUALITY: Final = 90
_AVIF_QUALITY: Final = 60
_FORMATS: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}
_KEPT_AS: Final = {"JPEG": "JPEG", "PNG": "PNG", "GIF": "PNG", "WEBP": "WEBP", "AVIF": "WEBP"}
# Where it says which side is up.
_UPRIGHT: Final = frozenset({"exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif"})
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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture fit to be shown: upright, in the colours of the web, and nothing besides.

    Attributes:
        content: the picture itself, of at most `KEPT_PIXELS`.
        renditions: WebP files by the width for which they are; a picture that is smaller
            is the same file for several.
    """

    content: bytes
    extension: str
    width: int
    height: int
    renditions: dict[int, bytes]


def inspect(content: bytes) -> PictureFacts:
    """Return what a picture is; reads its head alone.

    Raises:
        InvalidAsset: no picture of a kind that browsers show, or too large.
    """
    if len(content) > LARGEST_PICTURE:
        raise InvalidAsset(_("At most 20 MB are expected."), reason="too_large", bytes=len(content))
    try:
        with _opened(content) as image:
            width, height = image.size
            extension = _FORMATS[image.format or ""]
    except (*_FAULTS, KeyError):
        raise InvalidAsset(
            _("A JPEG, PNG, WebP, AVIF or GIF picture is expected."), reason="no_picture"
        ) from None
    if not 0 < width * height <= MOST_PIXELS:
        raise InvalidAsset(
            _("The picture has too many pixels."), reason="pixels", width=width, height=height
        )
    return PictureFacts(extension, width, height)


def prepared(content: bytes, *, mark: Mark | None = None) -> Prepared:
    """Draw a picture anew: what cameras wrote into it and what hangs on it is left behind.

    Args:
        content: of the picture.
        mark: a watermark to draw into it.

    Raises:
        InvalidAsset: the content cannot be read to its end.
    """
    inspect(content)
    try:
        with _opened(content) as image:
            kept_as = _KEPT_AS[image.format or ""]
            plain = _plain(image)
        if mark is not None:
            plain = marked(plain, mark)
        kept = plain.convert("RGB") if kept_as == "JPEG" else plain
        return Prepared(
            _written(kept, kept_as, _KEPT_QUALITY),
            _FORMATS[kept_as],
            plain.width,
            plain.height,
            _renditions(plain),
        )
    except _FAULTS:
        raise InvalidAsset(_("The picture is damaged."), reason="damaged") from None


def cut(content: bytes, frame: Frame, *, focus: tuple[float, float]) -> bytes:
    """Bring a prepared picture into a frame; nothing is made larger.

    Args:
        content: the picture.
        frame: what it is brought into.
        focus: what stays in the frame when it is filled, in shares from 0 to 1.

    Raises:
        InvalidAsset: the content cannot be read.
    """
    try:
        with _opened(content) as image:
            plain = _plain(image)
    except _FAULTS:
        raise InvalidAsset(_("The picture is damaged."), reason="damaged") from None
    form = frame.form.value.upper()
    if frame.fit == Fit.WHOLE:
        plain.thumbnail((frame.width, frame.height), Image.Resampling.LANCZOS)
        return _written(plain, form, _QUALITY)
    share = min(1.0, plain.width / frame.width, plain.height / frame.height)
    size = max(1, round(frame.width * share)), max(1, round(frame.height * share))
    filled = ImageOps.fit(plain, size, Image.Resampling.LANCZOS, centering=focus)
    return _written(filled, form, _QUALITY)


def _opened(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # Pixels are counted by us, before anything is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(BytesIO(content), formats=list(_FORMATS))


def _plain(image: Image.Image) -> Image.Image:
    """Return the pixels, at most `KEPT_PIXELS`, upright, in sRGB."""
    profile = image.info.get("icc_profile")
    # Large photographs are decoded at a half or a quarter of their size.
    size = _kept_size(*image.size)
    image.draft("RGB", size)
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    if image.mode == "P" or image.size == size:
        plain = image.convert("RGBA" if has_alpha else "RGB")
        plain.info = {key: image.info[key] for key in _UPRIGHT & image.info.keys()}
        plain.thumbnail(size, Image.Resampling.LANCZOS)
    else:
        image.thumbnail(size, Image.Resampling.LANCZOS)
        plain = image
    ImageOps.exif_transpose(plain, in_place=True)
    if plain.mode not in {"RGB", "RGBA"}:
        plain = plain.convert("RGBA" if has_alpha else "RGB")
    return _in_web_colours(plain, profile)


def _kept_size(width: int, height: int) -> tuple[int, int]:
    share = min(1.0, (KEPT_PIXELS / (width * height)) ** 0.5, LONGEST_SIDE / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def _in_web_colours(image: Image.Image, profile: object) -> Image.Image:
    if not isinstance(profile, bytes):
        return image
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        changed = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A profile that cannot be read, or of other colours than the picture has.
        return image
    return changed or image


def _renditions(image: Image.Image) -> dict[int, bytes]:
    made: dict[int, bytes] = {}
    by_width: dict[int, bytes] = {}
    for width in WIDTHS:
        drawn = min(width, image.width)
        if drawn not in by_width:
            height = max(1, round(image.height * drawn / image.width))
            sized = image
            if drawn < image.width:
                sized = image.resize((drawn, height), Image.Resampling.LANCZOS)
            by_width[drawn] = _written(sized, "WEBP", _QUALITY)
        made[width] = by_width[drawn]
    return made


def _written(image: Image.Image, form: str, quality: int) -> bytes:
    out = BytesIO()
    # Without the metadata of the original: cameras write places into it.
    image.info = {}
    if form == "PNG":
        image.save(out, "PNG")
    elif form == "JPEG":
        image.save(out, "JPEG", quality=quality, progressive=True)
    elif form == "AVIF":
        image.save(out, "AVIF", quality=_AVIF_QUALITY, speed=8)
    else:
        image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
