"""Fruit, one piece at a time: each is drawn at a place, in a size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from config.dev.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from config.dev.demo.drawing.paths import Point, Points, ellipse, moved, path, smooth

Item: TypeAlias = Callable[[Canvas, float, float, float, Colour], None]

LEAF: Final[Colour] = (92, 134, 66)
STEM: Final[Colour] = (104, 76, 48)
_LEAF_SHAPE: Final = path("M 0 0 C 30 -46 90 -56 140 -8 C 96 34 40 38 0 0 Z")
APPLE: Final = [(0, -78), (46, -96), (94, -70), (106, -10), (88, 60), (44, 100), (0, 90)]
PEAR: Final = [
    (0, -150),
    (36, -134),
    (50, -80),
    (70, -20),
    (100, 44),
    (84, 112),
    (36, 142),
    (0, 138),
]
STRAWBERRY: Final = [(0, -74), (52, -84), (92, -52), (88, 8), (52, 82), (16, 118), (0, 120)]
PEACH: Final = [(0, -84), (54, -100), (100, -66), (110, 0), (84, 66), (34, 104), (0, 116)]
MANGO: Final = [
    (-20, -104),
    (62, -96),
    (108, -30),
    (96, 56),
    (36, 112),
    (-46, 104),
    (-100, 40),
    (-92, -48),
]


def whole(corners: Sequence[Point]) -> Points:
    """Return a closed outline from the corners of its right half."""
    left = [(-x, y) for x, y in reversed(corners) if x]
    return smooth([*corners, *left])


def leaf(  # noqa: PLR0917  as every item is drawn, and how it is turned
    canvas: Canvas, x: float, y: float, turn: float, size: float = 1, base: Colour = LEAF
) -> None:
    """A leaf with its rib."""
    shape = moved(_LEAF_SHAPE, x, y, turn=turn, size=size)
    canvas.shadow(shape, dx=4, dy=8, soft=7, strength=0.3)
    canvas.fill(shape, base, light=0.2, edge=0.2, soft=12)
    rib = moved([(4, -2), (60, -14), (132, -8)], x, y, turn=turn, size=size)
    canvas.stroke(rib, lighter(base, 0.45), width=3.4 * size, alpha=0.7)
    veins = [
        moved([(at, -8), (at + 22, -8 + side * 24)], x, y, turn=turn, size=size)
        for at in (28, 56, 84)
        for side in (-1, 1)
    ]
    canvas.strokes(veins, lighter(base, 0.4), width=2 * size, alpha=0.5, within=shape)


def stem(canvas: Canvas, x: float, y: float, size: float, *, bend: float = 14) -> None:
    """A stalk."""
    line = smooth(
        [(x, y), (x + bend * 0.3 * size, y - 34 * size), (x + bend * size, y - 66 * size)],
        closed=False,
    )
    canvas.stroke(line, darker(STEM, 0.3), width=11 * size)
    canvas.stroke([(a - 2, b) for a, b in line], lighter(STEM, 0.25), width=4 * size)


def apple(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """An apple."""
    skin = moved(whole(APPLE), x, y, size=size)
    canvas.ball(skin, base, glow=mix(base, (250, 214, 120), 0.5))
    lines = [
        [
            (x + size * 9 * at, y - 74 * size),
            (x + size * 24 * at, y),
            (x + size * 11 * at, y + 84 * size),
        ]
        for at in (-4, -3, -2, -1, 0, 1, 2, 3, 4)
    ]
    canvas.strokes(
        [smooth(line, closed=False) for line in lines],
        lighter(base, 0.5),
        width=7 * size,
        alpha=0.2,
        soft=5,
        within=skin,
    )
    canvas.fill(
        ellipse(x, y - 70 * size, 34 * size, 13 * size), darker(base, 0.5), edge=0.3, soft=8
    )
    stem(canvas, x, y - 66 * size, size)
    leaf(canvas, x + 8 * size, y - 104 * size, -8, size * 0.8)


def pear(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A pear."""
    skin = moved(whole(PEAR), x, y, size=size, turn=6)
    canvas.ball(skin, base, at=(0.36, 0.5))
    _freckles(canvas, skin, darker(base, 0.5), count=60)
    stem(canvas, x + 14 * size, y - 138 * size, size)


def citrus(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """An orange, or anything like it."""
    skin = ellipse(x, y, 104 * size, 98 * size)
    canvas.ball(skin, base, glow=mix(base, (255, 226, 120), 0.45), depth=0.42)
    _freckles(canvas, skin, darker(base, 0.35), count=150)
    canvas.dots([(x - 6 * size, y - 72 * size, 8 * size)], (96, 120, 52))
    leaf(canvas, x - 2 * size, y - 74 * size, -32, size * 0.72)


def citrus_half(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A cut citrus fruit."""
    canvas.fill(ellipse(x, y, 104 * size, 98 * size), base, edge=0.3, soft=10)
    canvas.fill(ellipse(x, y, 95 * size, 89 * size), (252, 240, 214), edge=0)
    for turn in range(0, 360, 40):
        wedge = path("M 10 0 C 22 -24 60 -32 82 -26 C 88 -8 88 8 82 26 C 60 32 22 24 10 0 Z")
        canvas.fill(moved(wedge, x, y, turn=turn, size=size), lighter(base, 0.12), edge=0.2, soft=8)
        glints = [moved([(34, -8), (66, -12)], x, y, turn=turn, size=size)]
        canvas.strokes(glints, lighter(base, 0.7), width=4 * size, alpha=0.6)


def peach(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A peach with its cleft."""
    skin = moved(whole(PEACH), x, y, size=size)
    canvas.ball(skin, base, glow=(252, 222, 170), depth=0.35, shine=0.15, at=(0.3, 0.4))
    cleft = smooth(
        [(x + 6 * size, y - 92 * size), (x + 38 * size, y), (x + 6 * size, y + 108 * size)],
        closed=False,
    )
    canvas.stroke(cleft, darker(base, 0.5), width=9 * size, alpha=0.5, soft=5, within=skin)
    leaf(canvas, x, y - 88 * size, -24, size * 0.95)
    leaf(canvas, x, y - 88 * size, 196, size * 0.8, darker(LEAF, 0.15))


def tomato(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A tomato, or a persimmon."""
    skin = moved(
        whole([(0, -82), (56, -90), (104, -52), (110, 10), (82, 70), (38, 88), (0, 86)]),
        x,
        y,
        size=size,
    )
    canvas.ball(skin, base, shine=0.75)
    for turn in (-160, -110, -70, -20, 20, 160):
        blade = moved(
            path("M 0 -9 Q 40 -18 78 4 Q 36 12 0 9 Z"), x, y - 74 * size, turn=turn, size=size * 0.8
        )
        canvas.fill(blade, LEAF, light=0.2, edge=0.2, soft=6)
    stem(canvas, x, y - 76 * size, size * 0.6)


def berry(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A grape, a blueberry, a cherry without its stalk."""
    canvas.ball(ellipse(x, y, 70 * size, 72 * size), base, shine=0.7)
    canvas.dots([(x + 10 * size, y + 50 * size, 5 * size)], darker(base, 0.6), alpha=0.6)


def cherry(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """Two cherries on their stalks."""
    top = (x + 40 * size, y - 190 * size)
    for dx, dy in ((-62, 10), (66, 34)):
        line = smooth(
            [(x + dx * size, y + (dy - 50) * size), (x + dx * 0.8 * size, y - 90 * size), top],
            closed=False,
        )
        canvas.stroke(line, (98, 112, 56), width=7 * size)
        canvas.ball(
            moved(
                whole([(0, -54), (40, -66), (70, -34), (68, 24), (34, 64), (0, 68)]),
                x + dx * size,
                y + dy * size,
                size=size,
            ),
            base,
            shine=0.85,
        )
    leaf(canvas, *top, 12, size)


def grapes(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A bunch of grapes."""
    stem(canvas, x, y - 130 * size, size * 1.3)
    leaf(canvas, x, y - 150 * size, 170, size * 1.2)
    for row, count in enumerate((4, 5, 4, 5, 4, 3, 2, 1)):
        for column in range(count):
            at = (x + (column - (count - 1) / 2) * 58 * size, y + (row * 46 - 120) * size)
            tone = mix(base, darker(base, 0.5), canvas.random.random() * 0.4)
            grape = ellipse(*at, 33 * size, 35 * size)
            canvas.shadow(grape, dx=3, dy=5, soft=4, strength=0.35)
            canvas.ball(grape, tone, shine=0.6, depth=0.6)


def strawberry(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A strawberry."""
    skin = moved(whole(STRAWBERRY), x, y, size=size, turn=8)
    canvas.ball(skin, base, shine=0.55)
    seeds = [
        (x + (column * 27 + (row % 2) * 13 - 88) * size, y + (row * 24 - 60) * size, 3.6 * size)
        for row in range(8)
        for column in range(8)
    ]
    canvas.dots(
        [(a + 1.6, b + 2, c * 1.3) for a, b, c in seeds], darker(base, 0.5), alpha=0.5, within=skin
    )
    canvas.dots(seeds, (248, 216, 122), within=skin)
    for turn in (-175, -140, -90, -40, -5):
        leaf(canvas, x + 6 * size, y - 74 * size, turn, size * 0.44)


def mango(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A mango with a red cheek."""
    skin = moved(smooth(MANGO), x, y, size=size, turn=-18)
    canvas.ball(skin, base, glow=(252, 206, 92))
    cheek = [(x + 60 * size, y - 60 * size), (x + 70 * size, y + 20 * size)]
    canvas.strokes([cheek], (206, 70, 52), width=60 * size, alpha=0.5, soft=26, within=skin)
    stem(canvas, x - 26 * size, y - 96 * size, size * 0.5)


def kiwi_half(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A cut kiwi."""
    canvas.ball(ellipse(x, y, 104 * size, 98 * size), (118, 88, 52), shine=0)
    canvas.fill(ellipse(x, y, 94 * size, 88 * size), base, edge=0.2, soft=14)
    rays = [moved([(30, 0), (84, 0)], x, y, turn=turn, size=size) for turn in range(0, 360, 9)]
    canvas.strokes(rays, lighter(base, 0.5), width=4 * size, alpha=0.4)
    canvas.fill(ellipse(x, y, 30 * size, 26 * size), (240, 240, 202), edge=0.15, soft=8)
    seeds = [
        (*moved([(42 + 5 * (turn % 2), 0)], x, y, turn=turn * 11.25, size=size)[0], 5 * size)
        for turn in range(32)
    ]
    canvas.dots(seeds, (34, 26, 24))


def watermelon(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A melon with dark stripes."""
    skin = ellipse(x, y, 116 * size, 104 * size)
    canvas.ball(skin, base, depth=0.5)
    bands = [
        [
            (
                x + size * (at * 26 * math.cos(step / 4 - 1.5) + 5 * math.sin(step * 2.1 + at)),
                y - 104 * size + step * 17.4 * size,
            )
            for step in range(13)
        ]
        for at in range(-4, 5)
    ]
    canvas.strokes(
        [smooth(band, closed=False) for band in bands],
        darker(base, 0.65),
        width=11 * size,
        alpha=0.75,
        soft=2,
        within=skin,
    )
    stem(canvas, x, y - 96 * size, size * 0.8)


def melon_slice(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A slice of melon."""
    rind = path("M -130 -40 C -110 80 110 80 130 -40 Z")
    canvas.fill(moved(rind, x, y, size=size), (72, 116, 60), edge=0.3, soft=10)
    canvas.fill(moved(rind, x, y - 6 * size, size=size * 0.93), (228, 236, 196), edge=0)
    canvas.fill(moved(rind, x, y - 10 * size, size=size * 0.86), base, light=0.12, edge=0.16)
    pips = [
        (x + a * size, y + b * size, 5 * size)
        for a, b in ((-70, -18), (-40, 4), (-6, -14), (26, 10), (52, -16), (80, -14), (-8, 26))
    ]
    canvas.dots(pips, (38, 26, 26))


def _freckles(canvas: Canvas, skin: Points, tone: Colour, *, count: int) -> None:
    xs, ys = [x for x, _y in skin], [y for _x, y in skin]
    pick = canvas.random
    spots = [
        (pick.uniform(min(xs), max(xs)), pick.uniform(min(ys), max(ys)), pick.uniform(1, 2.4))
        for _ in range(count)
    ]
    canvas.dots(spots, tone, alpha=0.35, within=skin)


FRUIT: Final[dict[str, Item]] = {
    "apple": apple,
    "pear": pear,
    "citrus": citrus,
    "citrus_half": citrus_half,
    "peach": peach,
    "tomato": tomato,
    "berry": berry,
    "cherry": cherry,
    "grapes": grapes,
    "strawberry": strawberry,
    "mango": mango,
    "kiwi_half": kiwi_half,
    "watermelon": watermelon,
    "melon_slice": melon_slice,
}
