"""Vegetables, mushrooms, eggs and nuts, one piece at a time."""

from __future__ import annotations

import math
from typing import Final

from config.dev.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from config.dev.demo.drawing.fruit import LEAF, Item, leaf, stem, whole
from config.dev.demo.drawing.paths import ellipse, moved, path, smooth

_LUMP: Final = [
    (-96, -20),
    (-60, -66),
    (10, -74),
    (78, -56),
    (104, 0),
    (80, 54),
    (14, 70),
    (-64, 58),
]


def lump(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A potato, a sweet potato, a piece of ginger."""
    pick = canvas.random
    shape = smooth([(a * pick.uniform(0.88, 1.1), b * pick.uniform(0.88, 1.1)) for a, b in _LUMP])
    skin = moved(shape, x, y, size=size, turn=pick.uniform(-24, 24))
    canvas.ball(skin, base, shine=0.16, depth=0.5)
    eyes = [
        (
            x + pick.uniform(-70, 70) * size,
            y + pick.uniform(-46, 46) * size,
            pick.uniform(2, 5) * size,
        )
        for _ in range(14)
    ]
    canvas.dots(eyes, darker(base, 0.5), alpha=0.55, within=skin)


def root(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A carrot or a radish with its leaves."""
    for turn in (-118, -104, -90, -76, -62):
        leaf(canvas, x, y - 150 * size, turn, size * 1.05)
    skin = moved(
        whole([(0, -160), (44, -158), (62, -120), (50, -20), (26, 110), (6, 190), (0, 196)]),
        x,
        y,
        size=size,
        turn=4,
    )
    canvas.ball(skin, base, at=(0.34, 0.3), shine=0.3)
    pick = canvas.random
    rings = []
    for at in range(-120, 150, 26):
        left = x + pick.uniform(-50, 0) * size
        rings.append([(left, y + at * size), (left + 40 * size, y + (at + 5) * size)])
    canvas.strokes(rings, darker(base, 0.45), width=3.4 * size, alpha=0.45, within=skin)


def cucumber(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A cucumber, a courgette, an aubergine that lies askew."""
    skin = moved(
        smooth(
            [
                (-190, -8),
                (-160, -44),
                (-40, -54),
                (90, -50),
                (176, -30),
                (196, 4),
                (170, 38),
                (60, 50),
                (-80, 46),
                (-166, 30),
            ]
        ),
        x,
        y,
        size=size,
        turn=-24,
    )
    canvas.ball(skin, base, at=(0.4, 0.3), shine=0.35)
    bumps = [
        (
            *moved(
                [(canvas.random.uniform(-160, 160), canvas.random.uniform(-34, 34))],
                x,
                y,
                turn=-24,
                size=size,
            )[0],
            3.4 * size,
        )
        for _ in range(34)
    ]
    canvas.dots(bumps, lighter(base, 0.4), alpha=0.6, within=skin)
    canvas.fill(moved(ellipse(-186, 0, 16, 14), x, y, turn=-24, size=size), LEAF, edge=0.3, soft=6)


def aubergine(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """An aubergine."""
    skin = moved(
        whole([(0, -130), (40, -120), (60, -60), (84, 30), (80, 110), (40, 156), (0, 160)]),
        x,
        y,
        size=size,
        turn=14,
    )
    canvas.ball(skin, base, shine=0.9, at=(0.36, 0.5))
    for turn in (30, 70, 110, 150):
        blade = moved(
            path("M 0 -16 Q 46 -22 84 0 Q 46 20 0 16 Z"),
            x + 32 * size,
            y - 124 * size,
            turn=turn,
            size=size * 0.8,
        )
        canvas.fill(blade, LEAF, light=0.16, edge=0.2, soft=6)
    stem(canvas, x + 32 * size, y - 122 * size, size)


def chili(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A pepper that is hot."""
    for shift, turn in ((-60, -8), (0, 10), (60, 24)):
        skin = moved(
            path(
                "M -24 -130 C 20 -146 40 -120 36 -60 C 30 20 10 110 -50 160 "
                "C -30 90 -40 -40 -24 -130 Z"
            ),
            x + shift * size,
            y,
            size=size,
            turn=turn,
        )
        canvas.shadow(skin, dx=6, dy=9, soft=8, strength=0.3)
        canvas.ball(skin, base, shine=0.7, at=(0.5, 0.25))
        top = moved([(4, -134)], x + shift * size, y, size=size, turn=turn)[0]
        canvas.fill(ellipse(*top, 30 * size, 15 * size, turn), LEAF, edge=0.3, soft=6)
        stem(canvas, *top, size * 0.8)


def corn(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A cob of maize in its leaves."""
    cob = moved(
        whole([(0, -190), (34, -176), (58, -90), (62, 30), (50, 150), (0, 170)]),
        x,
        y,
        size=size,
        turn=10,
    )
    canvas.ball(cob, base, shine=0)
    for row in range(26):
        for column in range(-4, 5):
            at = moved(
                [(column * 14 + (row % 2) * 3, -180 + row * 13.4)], x, y, size=size, turn=10
            )[0]
            canvas.dots([(*at, 6.4 * size)], lighter(base, 0.22), alpha=0.8, within=cob)
            canvas.dots(
                [(at[0] - 1.5, at[1] - 2, 2.4 * size)], (255, 250, 214), alpha=0.7, within=cob
            )
    for text in (
        "M 6 190 C -110 120 -96 -20 -60 -90 C -40 0 -20 90 6 190 Z",
        "M -2 190 C 130 110 116 -30 78 -100 C 56 0 30 90 -2 190 Z",
    ):
        husk = moved(path(text), x, y, size=size, turn=10)
        canvas.shadow(husk, dx=5, dy=8, soft=7, strength=0.35)
        canvas.fill(husk, (150, 176, 92), light=0.2, edge=0.2, soft=12)


def cabbage(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A head of cabbage or lettuce."""
    for radius, tone, count in (
        (128, darker(base, 0.25), 9),
        (104, base, 8),
        (76, lighter(base, 0.25), 7),
        (46, lighter(base, 0.5), 5),
    ):
        for step in range(count):
            turn = step * 360 / count + radius
            shape = smooth(
                [(0, -30), (40, -62), (96, -58), (124, -16), (120, 30), (80, 60), (30, 44)]
            )
            blade = moved(
                shape,
                *moved([(radius * 0.32, 0)], x, y, turn=turn, size=size)[0],
                turn=turn,
                size=size * radius / 130,
            )
            canvas.shadow(blade, dx=2, dy=5, soft=6, strength=0.22)
            canvas.fill(blade, tone, light=0.14, edge=0.16, soft=14)
            veins = [
                moved(
                    [(0, 0), (70, end), (112, end * 1.6)],
                    *moved([(radius * 0.32, 0)], x, y, turn=turn, size=size)[0],
                    turn=turn,
                    size=size * radius / 130,
                )
                for end in (-22, 0, 22)
            ]
            canvas.strokes(veins, lighter(tone, 0.55), width=3.4 * size, alpha=0.6, within=blade)


def leafy(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """Greens with white stalks: pak choi, spinach, celery."""
    for turn, long in ((-128, 1.0), (-52, 1.0), (-112, 1.15), (-68, 1.15), (-90, 1.25)):
        tip = moved([(170 * long, 0)], x, y + 120 * size, turn=turn, size=size)[0]
        shape = smooth([(0, -10), (30, -58), (96, -66), (140, -22), (138, 28), (90, 64), (28, 54)])
        blade = moved(shape, *tip, turn=turn, size=size)
        canvas.shadow(blade, dx=4, dy=8, soft=8, strength=0.28)
        canvas.fill(blade, base, light=0.18, edge=0.2, soft=14)
        veins = [
            moved([(0, 0), (66, end), (110, end * 1.6)], *tip, turn=turn, size=size)
            for end in (-26, 0, 26)
        ]
        canvas.strokes(veins, lighter(base, 0.5), width=4 * size, alpha=0.6, within=blade)
        stalk = moved(
            path("M -30 -36 C 40 -34 120 -18 210 -8 L 210 10 C 120 20 40 36 -30 34 Z"),
            x,
            y + 120 * size,
            turn=turn,
            size=size * long,
        )
        canvas.fill(stalk, mix(base, (244, 248, 232), 0.82), light=0.08, edge=0.24, soft=9)


def broccoli(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A head of broccoli."""
    trunk = moved(whole([(0, 10), (60, 0), (46, 90), (52, 160), (0, 168)]), x, y, size=size)
    canvas.ball(trunk, mix(base, (214, 226, 160), 0.7), shine=0)
    for ring, count in ((96, 11), (62, 9), (24, 5)):
        for step in range(count):
            at = moved([(ring, 0)], x, y - 30 * size, turn=step * 360 / count, size=size)[0]
            canvas.ball(
                ellipse(at[0], at[1] * 0.86 + (y - 30 * size) * 0.14, 44 * size, 42 * size),
                base,
                shine=0,
            )
    pick = canvas.random
    buds = []
    for _ in range(300):
        angle, far = pick.uniform(0, math.tau), 134 * math.sqrt(pick.random())
        buds.append(
            (
                x + far * math.cos(angle) * size,
                y + (far * math.sin(angle) * 0.88 - 32) * size,
                4 * size,
            )
        )
    canvas.dots(buds, lighter(base, 0.3), alpha=0.4)
    canvas.dots([(a + 3, b + 3, c) for a, b, c in buds[::2]], darker(base, 0.4), alpha=0.4)


def mushroom(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A mushroom."""
    foot = moved(whole([(0, 0), (40, 4), (34, 70), (44, 128), (0, 136)]), x, y, size=size)
    canvas.ball(foot, (240, 228, 206), shine=0, depth=0.35)
    hat = moved(
        whole([(0, -96), (70, -82), (122, -22), (118, 24), (60, 36), (0, 38)]), x, y, size=size
    )
    canvas.shadow(hat, dx=2, dy=12, soft=8, strength=0.3)
    canvas.ball(hat, base, shine=0.2, depth=0.5)
    cracks = [
        moved([(0, -60), (22, -66)], x, y + 10 * size, turn=turn, size=size)
        for turn in range(-60, 61, 24)
    ]
    canvas.strokes(cracks, lighter(base, 0.65), width=5 * size, alpha=0.5, within=hat)


def garlic(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A bulb: garlic, onion."""
    skin = moved(
        whole(
            [(0, -150), (12, -140), (16, -96), (64, -56), (104, 10), (84, 78), (30, 96), (0, 98)]
        ),
        x,
        y,
        size=size,
    )
    canvas.ball(skin, base, shine=0.3, depth=0.4, at=(0.36, 0.5))
    lines = [
        smooth(
            [
                (x + at * 4 * size, y - 120 * size),
                (x + at * 26 * size, y - 20 * size),
                (x + at * 12 * size, y + 92 * size),
            ],
            closed=False,
        )
        for at in (-3, -2, -1, 0, 1, 2, 3)
    ]
    canvas.strokes(lines, darker(base, 0.4), width=4 * size, alpha=0.35, soft=2, within=skin)
    roots = [
        [(x + at * size, y + 94 * size), (x + at * 1.5 * size, y + 108 * size)]
        for at in range(-20, 21, 8)
    ]
    canvas.strokes(roots, darker(base, 0.5), width=3 * size, alpha=0.7)


def pumpkin(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A pumpkin."""
    for at, wide in ((-92, 56), (92, 56), (-54, 60), (54, 60), (0, 58)):
        canvas.ball(
            ellipse(x + at * size, y + 8 * size, wide * size, (96 - abs(at) * 0.1) * size),
            base,
            shine=0.22,
            depth=0.5,
            at=(0.4, 0.28),
        )
    stem(canvas, x, y - 78 * size, size * 1.3)


def lotus(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A slice of lotus root."""
    canvas.ball(
        ellipse(x + 8 * size, y + 10 * size, 108 * size, 102 * size), darker(base, 0.3), shine=0
    )
    canvas.fill(ellipse(x, y, 104 * size, 98 * size), base, edge=0.18, soft=12)
    holes = [
        *(moved([(60, 0)], x, y, turn=turn, size=size)[0] for turn in range(0, 360, 45)),
        (x, y),
    ]
    for number, at in enumerate(holes):
        wide = 12 if number == len(holes) - 1 else 19
        canvas.fill(
            ellipse(*at, wide * size, (wide - 3) * size, number * 45),
            darker(base, 0.6),
            edge=0.3,
            soft=5,
        )


def egg(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """An egg."""
    shell = moved(
        whole([(0, -110), (50, -90), (80, -20), (76, 46), (40, 88), (0, 96)]),
        x,
        y,
        size=size,
        turn=canvas.random.uniform(-14, 14),
    )
    canvas.ball(shell, base, shine=0.35, depth=0.36)


def nut(canvas: Canvas, x: float, y: float, size: float, base: Colour) -> None:
    """A walnut, a chestnut, a date."""
    shell = ellipse(x, y, 92 * size, 80 * size, canvas.random.uniform(-40, 40))
    canvas.ball(shell, base, shine=0.2)
    pick = canvas.random
    lines = []
    for _ in range(11):
        a, b = x + pick.uniform(-70, 70) * size, y + pick.uniform(-60, 60) * size
        lines.append(
            smooth(
                [(a, b), (a + pick.uniform(-18, 18) * size, b + 18 * size), (a, b + 36 * size)],
                closed=False,
            )
        )
    canvas.strokes(lines, darker(base, 0.5), width=4 * size, alpha=0.45, within=shell)


GREENS: Final[dict[str, Item]] = {
    "lump": lump,
    "root": root,
    "cucumber": cucumber,
    "aubergine": aubergine,
    "chili": chili,
    "corn": corn,
    "cabbage": cabbage,
    "leafy": leafy,
    "broccoli": broccoli,
    "mushroom": mushroom,
    "garlic": garlic,
    "pumpkin": pumpkin,
    "lotus": lotus,
    "egg": egg,
    "nut": nut,
}
