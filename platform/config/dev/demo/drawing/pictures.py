"""What to draw, as plain data that another process can be given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final, TypeAlias

from config.dev.demo.drawing import lower, outer, small, tops
from config.dev.demo.drawing.canvas import Canvas, Colour, colour
from config.dev.demo.drawing.scenes import SCENES

Garment: TypeAlias = Callable[[Canvas, Colour, str], None]

PIXELS: Final = 880
_MARGIN: Final = 50
_PROCESSES: Final = 2
_AT_ONCE: Final = 8
GARMENTS: Final[dict[str, Garment]] = {
    "tee": tops.tee,
    "sweater": tops.sweater,
    "turtleneck": tops.turtleneck,
    "cardigan": tops.cardigan,
    "shirt": tops.shirt,
    "polo": tops.polo,
    "blouse": tops.blouse,
    "hoodie": tops.hoodie,
    "tank": tops.tank,
    "trousers": lower.trousers,
    "jeans": lower.jeans,
    "shorts": lower.shorts,
    "skirt": lower.skirt,
    "dress": lower.dress,
    "slip": lower.slip,
    "jumpsuit": lower.jumpsuit,
    "coat": outer.coat,
    "trench": outer.trench,
    "blazer": outer.blazer,
    "jacket": outer.jacket,
    "puffer": outer.puffer,
    "vest": outer.vest,
    "scarf": small.scarf,
    "beanie": small.beanie,
    "cap": small.cap,
    "tote": small.tote,
    "bag": small.bag,
    "backpack": small.backpack,
    "sneaker": small.sneaker,
    "boot": small.boot,
    "socks": small.socks,
    "belt": small.belt,
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture to be drawn.

    Attributes:
        subject: a garment, or a way to show produce.
        detail: the cloth of a garment, or the produce that is shown.
        base: its colour, ``#rrggbb``.
        backdrop: the colour behind it.
    """

    subject: str
    detail: str
    base: str
    backdrop: str


def draw(wanted: Drawing, pixels: int = PIXELS) -> bytes:
    """Return a picture as WebP; the same one each time."""
    canvas = Canvas(pixels=pixels, seed=f"{wanted.subject}:{wanted.detail}:{wanted.base}")
    canvas.backdrop(colour(wanted.backdrop))
    if wanted.subject in GARMENTS:
        GARMENTS[wanted.subject](canvas, colour(wanted.base), wanted.detail)
    else:
        SCENES[wanted.subject](canvas, wanted.detail, colour(wanted.base))
    return canvas.webp(margin=_MARGIN)


def draw_all(wanted: Sequence[Drawing]) -> Iterator[bytes]:
    """Draw many pictures beside each other; yields them in their order."""
    # A fresh interpreter: a forked one would share this one's connections.
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as pool:
        yield from pool.map(draw, wanted, chunksize=_AT_ONCE)
