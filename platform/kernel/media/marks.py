"""A watermark as it is drawn into a picture."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from kernel.media.choices import Corner

_MARGIN: Final = 0.03
_WHOLE: Final = 100
_PLACES: Final = {
    Corner.TOP_LEFT: (0, 0),
    Corner.TOP_RIGHT: (1, 0),
    Corner.BOTTOM_LEFT: (0, 1),
    Corner.BOTTOM_RIGHT: (1, 1),
    Corner.CENTRE: (0.5, 0.5),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn, and how.

    Attributes:
        content: a prepared picture.
        share: how wide it is, in percent of the picture's width.
        opacity: in percent.
    """

    content: bytes
    corner: Corner
    share: int
    opacity: int


def marked(image: Image.Image, mark: Mark) -> Image.Image:
    """Return a picture with a watermark in it; it is never wider or higher than the picture."""
    margin = round(min(image.size) * _MARGIN)
    room = max(1, image.width - 2 * margin), max(1, image.height - 2 * margin)
    with Image.open(BytesIO(mark.content)) as opened:
        stamp = opened.convert("RGBA")
    width = max(1, min(room[0], image.width * mark.share // _WHOLE))
    height = max(1, round(stamp.height * width / stamp.width))
    if height > room[1]:
        width, height = max(1, round(width * room[1] / height)), room[1]
    stamp = stamp.resize((width, height), Image.Resampling.LANCZOS)
    stamp.putalpha(stamp.getchannel("A").point(lambda alpha: alpha * mark.opacity // _WHOLE))
    across, down = _PLACES[mark.corner]
    place = (
        margin + round((room[0] - width) * across),
        margin + round((room[1] - height) * down),
    )
    whole = image.convert("RGBA")
    whole.alpha_composite(stamp, place)
    return whole if image.mode == "RGBA" else whole.convert("RGB")
