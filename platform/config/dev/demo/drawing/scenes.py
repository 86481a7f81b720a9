"""How produce is shown: on a table, in a bowl, a crate, a sack, a jar, a bottle."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from config.dev.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from config.dev.demo.drawing.fruit import FRUIT, Item, leaf
from config.dev.demo.drawing.greens import GREENS
from config.dev.demo.drawing.paths import ellipse, half, path

Scene: TypeAlias = Callable[[Canvas, str, Colour], None]
Spot: TypeAlias = tuple[float, float, float]

ITEMS: Final[dict[str, Item]] = {**FRUIT, **GREENS}
_WOOD: Final[Colour] = (178, 132, 88)
_CLAY: Final[Colour] = (226, 218, 204)
_JUTE: Final[Colour] = (200, 172, 128)
_BRIGHT: Final = 480
"""Sum of a colour's parts above which it is a light one."""

# How large a piece is beside the others, so that each fits where it is laid.
_SIZES: Final[Mapping[str, float]] = {
    "grapes": 0.62,
    "corn": 0.88,
    "chili": 0.9,
    "root": 0.86,
    "pear": 0.86,
    "cherry": 0.92,
    "leafy": 0.84,
    "cabbage": 0.94,
    "broccoli": 0.9,
}


def table(canvas: Canvas, item: str, base: Colour) -> None:
    """Three pieces on a cloth."""
    _cloth(canvas, base)
    _lay(canvas, item, base, ((336, 520, 1.25), (672, 500, 1.2), (506, 636, 1.45)))


def single(canvas: Canvas, item: str, base: Colour) -> None:
    """One piece, large."""
    _cloth(canvas, base)
    _lay(canvas, item, base, ((500, 520, 2.25),))


def pair(canvas: Canvas, item: str, base: Colour) -> None:
    """Two pieces, and what one looks like inside where that is known."""
    _cloth(canvas, base)
    _lay(canvas, item, base, ((380, 490, 1.75),))
    inside = {"citrus": "citrus_half", "watermelon": "melon_slice"}.get(item, item)
    tone = {"melon_slice": (222, 66, 66)}.get(inside, base)
    _lay(canvas, inside, tone, ((650, 610, 1.5),))


def board(canvas: Canvas, item: str, base: Colour) -> None:
    """A row on a wooden board."""
    plank = path(
        "M 90 560 C 96 530 120 516 150 516 L 850 516 C 884 516 906 540 910 580 L 910 740 "
        "C 906 780 880 796 850 796 L 150 796 C 118 796 92 776 90 740 Z"
    )
    canvas.shadow(plank, dx=0, dy=34, soft=26, strength=0.4)
    canvas.fill(plank, _WOOD, light=0.16, edge=0.25, soft=14)
    lines = [path(f"M 90 {y} C 300 {y + 16} 600 {y - 14} 910 {y + 8}") for y in range(530, 790, 19)]
    canvas.strokes(lines, darker(_WOOD, 0.4), width=3, alpha=0.3, within=plank)
    _lay(
        canvas, item, base, ((270, 520, 1.25), (730, 520, 1.25), (410, 600, 1.3), (598, 604, 1.35))
    )


def bowl(canvas: Canvas, item: str, base: Colour) -> None:
    """A heap in a bowl."""
    foot = half("M 500 800 L 610 800 L 626 858 L 500 862")
    canvas.shadow(ellipse(500, 850, 250, 30), dx=0, dy=10, soft=26, strength=0.55)
    canvas.fill(foot, darker(_CLAY, 0.15), edge=0.3)
    back = ellipse(500, 560, 372, 82)
    canvas.fill(back, darker(_CLAY, 0.4), edge=0.4)
    if item in _GRAINS:
        _heap_of_grain(canvas, item, base)
    else:
        _lay(
            canvas,
            item,
            base,
            (
                (330, 470, 0.95),
                (500, 420, 1.0),
                (670, 470, 0.95),
                (240, 530, 0.9),
                (420, 530, 1.05),
                (590, 535, 1.05),
                (760, 535, 0.88),
            ),
            ground=False,
        )
    body = path(
        "M 128 556 C 220 640 780 640 872 556 C 860 720 730 836 500 838 C 270 836 140 720 128 556 Z"
    )
    canvas.fill(body, _CLAY, light=0.16, edge=0.3, soft=40)
    band = path("M 134 616 C 240 700 760 700 866 616")
    canvas.stroke(band, mix(base, (70, 90, 120), 0.5), width=15, alpha=0.75, within=body)
    canvas.stroke(path("M 128 556 C 220 640 780 640 872 556"), lighter(_CLAY, 0.6), width=8)


def crate(canvas: Canvas, item: str, base: Colour) -> None:
    """A crate full of it."""
    canvas.shadow(
        path("M 110 800 L 890 800 L 890 860 L 110 860 Z"), dx=0, dy=14, soft=26, strength=0.6
    )
    canvas.fill(path("M 130 430 L 870 430 L 870 620 L 130 620 Z"), darker(_WOOD, 0.55), edge=0.3)
    _lay(
        canvas,
        item,
        base,
        (
            (240, 420, 1.0),
            (420, 400, 1.05),
            (600, 404, 1.0),
            (770, 424, 1.0),
            (190, 520, 1.05),
            (350, 510, 1.1),
            (520, 500, 1.15),
            (680, 512, 1.1),
            (820, 524, 1.0),
        ),
        ground=False,
    )
    for y in (560, 664, 768):
        plank = path(f"M 96 {y} L 904 {y} L 898 {y + 90} L 102 {y + 90} Z")
        canvas.shadow(plank, dx=0, dy=8, soft=8, strength=0.35)
        canvas.fill(plank, _WOOD, light=0.14, edge=0.22, soft=10)
        lines = [
            path(f"M 96 {y + at} C 340 {y + at + 8} 640 {y + at - 9} 904 {y + at + 4}")
            for at in range(10, 86, 15)
        ]
        canvas.strokes(lines, darker(_WOOD, 0.45), width=2.6, alpha=0.34, within=plank)
        nails = [(x, y + at, 5) for x in (126, 874) for at in (22, 68)]
        canvas.dots(nails, darker(_WOOD, 0.7), alpha=0.8)


def sack(canvas: Canvas, item: str, base: Colour) -> None:
    """A sack of grain with its rim rolled down."""
    body = half("M 500 430 L 690 440 C 760 560 770 760 724 860 C 660 890 580 896 500 896")
    canvas.shadow(body, dx=0, dy=30, soft=28, strength=0.5)
    canvas.fill(body, _JUTE, light=0.16, edge=0.32, soft=44)
    weave = [[(x, 400.0), (x, 900.0)] for x in range(230, 780, 9)]
    weft = [[(230.0, y), (780.0, y)] for y in range(430, 900, 9)]
    canvas.strokes([*weave, *weft], darker(_JUTE, 0.5), width=1.8, alpha=0.3, within=body)
    canvas.folds(
        [path("M 340 520 C 330 640 350 760 320 860"), path("M 640 520 C 660 660 630 780 676 860")],
        _JUTE,
        body,
    )
    label = path("M 390 640 L 610 640 L 610 780 L 390 780 Z")
    canvas.fill(label, (246, 238, 222), edge=0.12, soft=10)
    canvas.strokes(
        [[(390, 652), (610, 652)], [(390, 768), (610, 768)]], mix(base, (60, 70, 50), 0.5), width=4
    )
    leaf(canvas, 452, 716, -16, 0.7)
    canvas.dots([(470, 722, 9), (452, 734, 9), (486, 738, 9)], darker(base, 0.1))
    canvas.fill(ellipse(500, 440, 214, 64), darker(_JUTE, 0.5), edge=0.3)
    _grains(canvas, item, base, middle=(500, 418), across=198, down=66, count=640)
    rim = path(
        "M 276 436 C 290 500 710 500 724 436 C 748 470 744 500 728 520 C 640 566 360 566 272 520 "
        "C 256 500 252 470 276 436 Z"
    )
    canvas.shadow(rim, dx=0, dy=10, soft=8, strength=0.3)
    canvas.fill(rim, lighter(_JUTE, 0.12), light=0.1, edge=0.35, soft=12)
    _grains(canvas, item, base, middle=(330, 880), across=190, down=34, count=110)


def jar(canvas: Canvas, item: str, base: Colour) -> None:
    """A jar of honey or preserves."""
    glass = half(
        "M500 300 L640 300 C700 330 716 380 716 440 L716 780 C712 836 680 856 630 858 L500 860"
    )
    canvas.shadow(glass, dx=10, dy=30, soft=26, strength=0.45)
    canvas.fill(glass, lighter(base, 0.55), edge=0.2, soft=20)
    inside = half(
        "M500 380 L680 380 C696 400 698 420 698 450 L698 776 C694 826 670 838 628 840 L500 842"
    )
    canvas.fill(inside, base, light=0.24, edge=0.36, soft=40, angle=20)
    if item in ITEMS:
        pieces = [(x, y, 0.52) for y in range(450, 800, 84) for x in (360, 454, 548, 642)]
        _lay(canvas, item, base, pieces, ground=False)
    canvas.strokes(
        [path("M 334 420 C 322 560 324 700 336 800")],
        (255, 255, 255),
        width=22,
        alpha=0.55,
        soft=6,
        within=glass,
    )
    lid = half("M 500 206 L 640 210 C 656 220 660 240 660 300 L 500 312")
    canvas.fill(
        lid, (196, 164, 100) if sum(base) < _BRIGHT else (74, 96, 74), light=0.2, edge=0.3, soft=12
    )
    ridges = [[(x, 216.0), (x, 304.0)] for x in range(344, 660, 16)]
    canvas.strokes(ridges, (60, 44, 26), width=3, alpha=0.3, within=lid)
    _label(canvas, base, top=500, bottom=730)


def bottle(canvas: Canvas, item: str, base: Colour) -> None:
    """A bottle of oil, vinegar or juice."""
    del item
    glass = half(
        "M500 130 L552 132 L556 320 C600 360 640 400 644 470 L644 830 "
        "C640 862 616 872 580 872 L500 874"
    )
    canvas.shadow(glass, dx=12, dy=30, soft=26, strength=0.45)
    canvas.fill(glass, base, light=0.3, edge=0.4, soft=30, angle=15)
    canvas.strokes(
        [path("M 388 470 C 376 600 378 720 388 830")],
        (255, 255, 255),
        width=18,
        alpha=0.6,
        soft=5,
        within=glass,
    )
    canvas.strokes(
        [path("M 474 160 L 470 320")], (255, 255, 255), width=10, alpha=0.5, soft=4, within=glass
    )
    cap = half("M 500 84 L 560 86 L 562 184 L 500 188")
    canvas.fill(cap, (64, 52, 44), light=0.25, edge=0.3, soft=8)
    _label(canvas, base, top=520, bottom=780, wide=138)


def tin(canvas: Canvas, item: str, base: Colour) -> None:
    """A tin of tea, with some of it in front."""
    body = half("M 500 300 L 666 296 L 670 780 C 640 812 570 824 500 824")
    canvas.shadow(body, dx=12, dy=30, soft=26, strength=0.45)
    canvas.fill(body, base, light=0.22, edge=0.3, soft=36, angle=10)
    lid = half("M 500 170 C 600 170 672 186 674 214 L 674 326 C 640 346 570 352 500 352")
    canvas.shadow(lid, dx=0, dy=8, soft=6, strength=0.4)
    canvas.fill(lid, darker(base, 0.12), light=0.24, edge=0.3, soft=30, angle=10)
    canvas.fill(ellipse(500, 200, 172, 34), lighter(base, 0.18), edge=0.25, soft=10)
    _label(canvas, base, top=440, bottom=720, wide=116)
    _grains(
        canvas,
        item,
        mix(base, (44, 58, 34), 0.65),
        middle=(500, 872),
        across=290,
        down=44,
        count=260,
    )


def bundle(canvas: Canvas, item: str, base: Colour) -> None:
    """Noodles or stalks, tied in the middle."""
    del item
    pick = canvas.random
    lines = [
        path(
            f"M {250 + at * 5} {140 + pick.uniform(0, 30)} C {400 + at * 2} 400 {400 + at * 2} 620 "
            f"{250 + at * 5} {850 + pick.uniform(0, 30)}"
        )
        for at in range(100)
    ]
    canvas.strokes(
        [[(x + 14, y + 24) for x, y in line] for line in lines],
        (50, 36, 40),
        width=8,
        alpha=0.3,
        soft=14,
    )
    canvas.strokes(lines, darker(base, 0.25), width=8)
    canvas.strokes(
        [[(x - 1.5, y) for x, y in line] for line in lines], lighter(base, 0.3), width=3, alpha=0.8
    )
    band = path("M 372 440 L 628 440 L 628 570 L 372 570 Z")
    canvas.shadow(band, dx=4, dy=10, soft=9, strength=0.4)
    canvas.fill(band, (158, 66, 50), light=0.2, edge=0.2, soft=20)
    canvas.strokes([[(372, 456), (628, 456)], [(372, 554), (628, 554)]], (240, 214, 160), width=4)


def _cloth(canvas: Canvas, base: Colour) -> None:
    cloth = path("M 120 600 L 560 470 L 900 640 L 440 850 Z")
    tone = mix((246, 240, 228), base, 0.08)
    canvas.shadow(cloth, dx=4, dy=12, soft=12, strength=0.22)
    canvas.fill(cloth, tone, light=0.04, edge=0.06, soft=10)
    for share in (0.06, 0.1, 0.9, 0.94):
        start, end = (120 + 440 * share, 600 - 130 * share), (440 + 460 * share, 850 - 210 * share)
        canvas.stroke(
            [start, end], mix(base, (120, 90, 70), 0.4), width=5, alpha=0.45, within=cloth
        )


def _lay(
    canvas: Canvas, item: str, base: Colour, spots: Sequence[Spot], *, ground: bool = True
) -> None:
    draw = ITEMS[item]
    for x, y, size in spots:
        low = y + 88 * size
        if ground:
            canvas.shadow(
                ellipse(x + 16 * size, low, 118 * size, 26 * size),
                dx=0,
                dy=6,
                soft=18,
                strength=0.5,
            )
        else:
            canvas.shadow(ellipse(x, y, 100 * size, 92 * size), dx=0, dy=10, soft=12, strength=0.4)
        tone = mix(base, darker(base, 0.3), canvas.random.random() * 0.35)
        draw(canvas, x, y, size * _SIZES.get(item, 1), tone)


def _heap_of_grain(canvas: Canvas, item: str, base: Colour) -> None:
    heap = path(
        "M 150 570 C 240 470 400 380 500 380 C 610 380 770 480 850 570 C 700 640 300 640 150 570 Z"
    )
    canvas.ball(heap, darker(base, 0.1), shine=0)
    _grains(canvas, item, base, middle=(500, 500), across=330, down=118, count=1500)


def _grains(
    canvas: Canvas,
    item: str,
    base: Colour,
    *,
    middle: tuple[float, float],
    across: float,
    down: float,
    count: int,
) -> None:
    """Scatter grains: long ones are short strokes, round ones are dots."""
    pick = canvas.random
    long, wide = _GRAINS.get(item, (15, 6))
    for tone in (darker(base, 0.35), darker(base, 0.12), base, lighter(base, 0.35)):
        strokes, spots = [], []
        for _ in range(count // 4):
            turn, far = pick.uniform(0, math.tau), pick.random() ** 0.5
            x = middle[0] + across * far * math.cos(turn)
            y = middle[1] + down * far * math.sin(turn)
            a, b = pick.uniform(-long, long), pick.uniform(-long * 0.6, long * 0.6)
            strokes.append([(x, y), (x + a, y + b)])
            spots.append((x, y, wide + pick.uniform(-1, 1)))
        if long:
            canvas.strokes(strokes, tone, width=wide)
        else:
            canvas.dots([(x + 2, y + 4, r) for x, y, r in spots], darker(tone, 0.5), alpha=0.5)
            canvas.dots(spots, tone)


def _label(canvas: Canvas, base: Colour, *, top: float, bottom: float, wide: float = 150) -> None:
    label = path(
        f"M{500 - wide} {top} L{500 + wide} {top} L{500 + wide} {bottom} L{500 - wide} {bottom} Z"
    )
    canvas.fill(label, (248, 242, 228), light=0.05, edge=0.1, soft=12)
    middle = (top + bottom) / 2
    frame = path(
        f"M {516 - wide} {top + 16} L {484 + wide} {top + 16} L {484 + wide} {bottom - 16} "
        f"L {516 - wide} {bottom - 16} L {516 - wide} {top + 16}"
    )
    canvas.stroke(frame, mix(base, (70, 60, 50), 0.5), width=3.4)
    canvas.dots([(500, middle - 18, 44)], mix(base, (250, 240, 220), 0.25))
    leaf(canvas, 456, middle - 2, -24, 0.66)
    lines = [
        [(500 - wide * share, middle + at), (500 + wide * share, middle + at)]
        for at, share in ((48, 0.55), (66, 0.4))
    ]
    canvas.strokes(lines, (96, 84, 72), width=5, alpha=0.7)


_GRAINS: Final[dict[str, tuple[float, float]]] = {
    "rice": (15, 6.4),
    "bean": (0, 11),
    "millet": (0, 5),
    "oat": (13, 9),
    "leaf": (20, 5),
    "corn_grain": (0, 12),
}
SCENES: Final[dict[str, Scene]] = {
    "table": table,
    "single": single,
    "pair": pair,
    "board": board,
    "bowl": bowl,
    "crate": crate,
    "sack": sack,
    "jar": jar,
    "bottle": bottle,
    "tin": tin,
    "bundle": bundle,
}
