"""How cloth is drawn: a piece with its shadow, and what it is knitted, woven or printed like."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from config.dev.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from config.dev.demo.drawing.paths import Points, ellipse, mirror, moved, path

Texture: TypeAlias = Callable[[Canvas, Points, Colour], None]


def piece(
    canvas: Canvas,
    points: Points,
    base: Colour,
    *,
    texture: str = "plain",
    folds: Sequence[str] = (),
    shadow: float = 0.34,
    light: float = 0.1,
) -> None:
    """Lay a piece of cloth down: shadow, body, texture, folds."""
    if shadow:
        canvas.shadow(points, strength=shadow)
        canvas.shadow(points, dx=4, dy=7, soft=6, strength=shadow * 0.8)
    canvas.fill(points, base, light=light)
    TEXTURES[texture](canvas, points, base)
    if folds:
        canvas.folds([path(line) for line in folds], base, points)


def both(canvas: Canvas, points: Points, base: Colour, *, texture: str = "plain") -> None:
    """Lay a piece and its mirror."""
    for side in (points, mirror(points)):
        piece(canvas, side, base, texture=texture)


def seam(canvas: Canvas, text: str, base: Colour, *, twice: bool = False) -> None:
    """Sew along a path; twice for its mirror as well."""
    lines = [path(text), *([mirror(path(text))] if twice else [])]
    canvas.strokes(lines, darker(base, 0.35), width=2.6, alpha=0.65)
    canvas.strokes(lines, lighter(base, 0.4), width=2, alpha=0.4, dash=9)


def ribs(canvas: Canvas, points: Points, base: Colour, *, step: float = 11) -> None:
    """Knit ribs up and down, as cuffs and hems have them."""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    lines = [[(x, min(ys)), (x, max(ys))] for x in _range(min(xs), max(xs), step)]
    canvas.strokes(lines, darker(base, 0.45), width=3.4, alpha=0.34, within=points)


def button(canvas: Canvas, x: float, y: float, base: Colour, *, size: float = 9) -> None:
    """Sew a button on."""
    spot = ellipse(x, y, size, size)
    canvas.shadow(spot, dx=2, dy=3, soft=3, strength=0.4)
    canvas.fill(spot, base, light=0.15, edge=0.3, soft=4)
    canvas.dots([(x - 2.5, y, 1.4), (x + 2.5, y, 1.4)], darker(base, 0.6))


def _plain(canvas: Canvas, points: Points, base: Colour) -> None:
    del base
    canvas.grain(points, strength=0.06)


def _knit(canvas: Canvas, points: Points, base: Colour) -> None:
    """Stitches: small hearts in columns."""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    turns = list(enumerate(_range(min(ys), max(ys), 7)))
    lines = [
        [(x + side * (3.5 + 3.5 * (number % 2)), y) for number, y in turns]
        for x in _range(min(xs), max(xs), 17)
        for side in (-1, 1)
    ]
    canvas.strokes(lines, darker(base, 0.5), width=2.6, alpha=0.26, within=points)
    shifted = [[(x + 2.5, y) for x, y in line] for line in lines[::2]]
    canvas.strokes(shifted, lighter(base, 0.5), width=2, alpha=0.22, within=points)


def _cable(canvas: Canvas, points: Points, base: Colour) -> None:
    _knit(canvas, points, base)
    ys = [y for _x, y in points]
    for middle in (380, 500, 620):
        waves = [
            [(middle + side * 17 * math.sin(y / 22), y) for y in _range(min(ys), max(ys), 6)]
            for side in (-1, 1)
        ]
        canvas.strokes(
            [[(x + 5, y + 3) for x, y in wave] for wave in waves],
            darker(base, 0.7),
            width=10,
            alpha=0.34,
            soft=5,
            within=points,
        )
        canvas.strokes(waves, lighter(base, 0.2), width=11, alpha=0.62, within=points)


def _stripes(canvas: Canvas, points: Points, base: Colour) -> None:
    _plain(canvas, points, base)
    ys = [y for _x, y in points]
    dark = mix(base, (24, 34, 66), 0.88) if sum(base) > 380 else lighter(base, 0.85)  # noqa: PLR2004
    lines = [
        [(x, y + 7 * math.sin(x / 120)) for x in range(0, 1001, 25)]
        for y in _range(min(ys) + 20, max(ys), 42)
    ]
    canvas.strokes(lines, dark, width=14, alpha=0.9, within=points)


def _pinstripe(canvas: Canvas, points: Points, base: Colour) -> None:
    _plain(canvas, points, base)
    lines = [[(x, 0.0), (x + 6, 1000.0)] for x in _range(0, 1000, 22)]
    dark = mix(base, (52, 84, 140), 0.75) if sum(base) > 380 else lighter(base, 0.5)  # noqa: PLR2004
    canvas.strokes(lines, dark, width=3, alpha=0.55, within=points)


def _check(canvas: Canvas, points: Points, base: Colour) -> None:
    _plain(canvas, points, base)
    for step, shift, width, tone, alpha in (
        (96, 0, 34, darker(base, 0.55), 0.34),
        (96, 48, 7, lighter(base, 0.75), 0.5),
        (96, 24, 4, darker(base, 0.8), 0.4),
    ):
        down = [[(x, 0.0), (x, 1000.0)] for x in _range(shift, 1000, step)]
        across = [[(0.0, y), (1000.0, y)] for y in _range(shift, 1000, step)]
        canvas.strokes(down, tone, width=width, alpha=alpha, within=points)
        canvas.strokes(across, tone, width=width, alpha=alpha, within=points)


def _denim(canvas: Canvas, points: Points, base: Colour) -> None:
    canvas.grain(points, strength=0.2)
    lines = [[(x, 0.0), (x + 1000, 1000.0)] for x in _range(-1000, 1000, 8)]
    canvas.strokes(lines, lighter(base, 0.6), width=2, alpha=0.13, within=points)


def _cord(canvas: Canvas, points: Points, base: Colour) -> None:
    lines = [[(x, 0.0), (x, 1000.0)] for x in _range(0, 1000, 9)]
    canvas.strokes(lines, darker(base, 0.6), width=3.4, alpha=0.34, within=points)


def _linen(canvas: Canvas, points: Points, base: Colour) -> None:
    pick = canvas.random
    down = [[(x, 0.0), (x + pick.uniform(-6, 6), 1000.0)] for x in _range(0, 1000, 7)]
    across = [[(0.0, y), (1000.0, y + pick.uniform(-6, 6))] for y in _range(0, 1000, 9)]
    canvas.strokes(down, darker(base, 0.5), width=1.4, alpha=0.14, within=points)
    canvas.strokes(across, lighter(base, 0.6), width=1.6, alpha=0.2, within=points)
    canvas.grain(points, strength=0.08)


def _flowers(canvas: Canvas, points: Points, base: Colour) -> None:
    _plain(canvas, points, base)
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    petals, hearts, leaves = [], [], []
    pick = canvas.random
    for row, y in enumerate(_range(min(ys) - 20, max(ys) + 20, 62)):
        for x in _range(min(xs) - 40 + (row % 2) * 36, max(xs) + 20, 72):
            at = (x + pick.uniform(-14, 14), y + pick.uniform(-12, 12))
            size, turn = pick.uniform(7, 11), pick.uniform(0, 72)
            for petal in range(5):
                angle = math.radians(turn + petal * 72)
                petals.append(
                    (at[0] + size * math.cos(angle), at[1] + size * math.sin(angle), size * 0.72)
                )
            hearts.append((*at, size * 0.5))
            angle = pick.uniform(0, math.tau)
            leaves.append(moved(_LEAF, *at, turn=math.degrees(angle), size=size * 0.02))
    tone = (250, 232, 214) if sum(base) < 420 else (196, 74, 84)  # noqa: PLR2004
    canvas.strokes(leaves, mix((88, 128, 84), base, 0.2), width=3.4, alpha=0.8, within=points)
    canvas.dots(petals, tone, alpha=0.92, within=points)
    canvas.dots(hearts, (226, 168, 62), within=points)


def _dots(canvas: Canvas, points: Points, base: Colour) -> None:
    _plain(canvas, points, base)
    spots = [
        (x + (row % 2) * 23, y, 6.5)
        for row, y in enumerate(_range(0, 1000, 40))
        for x in _range(0, 1000, 46)
    ]
    tone = lighter(base, 0.86) if sum(base) < 460 else darker(base, 0.7)  # noqa: PLR2004
    canvas.dots(spots, tone, alpha=0.9, within=points)


def _quilt(canvas: Canvas, points: Points, base: Colour) -> None:
    ys = [y for _x, y in points]
    lines = [
        [(x, y + 5 * math.sin(x / 46)) for x in range(0, 1001, 12)]
        for y in _range(min(ys) + 60, max(ys), 66)
    ]
    below = [[(x, y - 16) for x, y in line] for line in lines]
    canvas.strokes(below, lighter(base, 0.6), width=20, alpha=0.32, soft=13, within=points)
    canvas.strokes(lines, darker(base, 0.8), width=10, alpha=0.55, soft=7, within=points)
    canvas.strokes(lines, darker(base, 0.7), width=2.4, alpha=0.6, within=points)


def _range(start: float, end: float, step: float) -> list[float]:
    return [start + step * number for number in range(max(0, math.ceil((end - start) / step)))]


_LEAF: Final[Points] = [(60, -10), (110, -34), (150, 0), (110, 30), (60, -10)]
TEXTURES: Final[dict[str, Texture]] = {
    "plain": _plain,
    "knit": _knit,
    "cable": _cable,
    "stripes": _stripes,
    "pinstripe": _pinstripe,
    "check": _check,
    "denim": _denim,
    "cord": _cord,
    "linen": _linen,
    "flowers": _flowers,
    "dots": _dots,
    "quilt": _quilt,
}
