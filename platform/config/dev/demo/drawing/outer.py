"""Coats and jackets."""

from __future__ import annotations

from config.dev.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from config.dev.demo.drawing.cloth import both, button, piece, ribs, seam
from config.dev.demo.drawing.paths import half, mirror, path

_SLEEVE = (
    "M 664 212 C 744 236 786 320 812 470 C 832 590 842 680 848 770 L 752 786 "
    "C 738 680 712 560 672 450 Z"
)
_HORN: Colour = (92, 64, 44)


def coat(canvas: Canvas, base: Colour, texture: str) -> None:
    """A long coat with wide lapels."""
    _tailored(canvas, base, texture, hem=914, wide=724, meet=520)
    for y in (560, 660, 760):
        button(canvas, 520, y, _HORN, size=14)
    _flaps(canvas, base, texture, y=640)


def trench(canvas: Canvas, base: Colour, texture: str) -> None:
    """A raincoat with a belt and two rows of buttons."""
    _tailored(canvas, base, texture, hem=914, wide=742, meet=500)
    for y in (470, 590 - 30, 690, 780):
        for x in (444, 556):
            button(canvas, x, y, _HORN, size=12)
    belt = half("M 500 598 L 704 590 L 708 646 L 500 654")
    piece(canvas, belt, darker(base, 0.06), texture=texture)
    buckle = path("M 470 588 L 540 588 L 540 664 L 470 664 Z")
    canvas.shadow(buckle, dx=4, dy=6, soft=5)
    canvas.strokes([[*buckle, buckle[0]]], _HORN, width=12)
    piece(canvas, path("M 540 612 L 640 700 L 612 724 L 530 640 Z"), darker(base, 0.06))
    _flaps(canvas, base, texture, y=710)
    for side in (1, -1):
        flap = [
            (500 + side * (x - 500), y)
            for x, y in path(
                "M 612 210 L 668 216 C 690 260 690 320 680 356 C 650 350 630 320 612 290 Z"
            )
        ]
        piece(canvas, flap, base, texture=texture, shadow=0.22)


def blazer(canvas: Canvas, base: Colour, texture: str) -> None:
    """A jacket with one button."""
    _tailored(canvas, base, texture, hem=820, wide=700, meet=560)
    for y in (590, 668):
        button(canvas, 516, y, _HORN, size=12)
    _flaps(canvas, base, texture, y=680)
    pocket = path("M 580 392 L 660 380 L 662 400 L 582 412 Z")
    piece(canvas, pocket, base, texture=texture, shadow=0.2)
    canvas.fill(path("M 598 396 L 612 354 L 628 380 L 644 350 L 652 388 Z"), lighter(base, 0.82))


def jacket(canvas: Canvas, base: Colour, texture: str) -> None:
    """A short jacket with pockets on the chest."""
    both(canvas, path(_SLEEVE), base, texture=texture)
    cuff = path("M 750 764 L 850 748 L 856 812 L 764 826 Z")
    for side in (cuff, mirror(cuff)):
        piece(canvas, side, base, texture=texture, shadow=0.22)
    canvas.fill(path("M 410 156 L 590 156 L 560 262 L 440 262 Z"), darker(base, 0.5))
    body = half("M 500 250 L 590 180 L 676 216 C 694 320 694 500 690 770 L 500 782")
    piece(
        canvas,
        body,
        base,
        texture=texture,
        folds=["M 660 420 C 630 520 630 620 650 750", "M 340 420 C 380 520 376 620 352 750"],
    )
    band = half("M 500 764 L 692 752 L 688 826 L 500 836")
    piece(canvas, band, base, texture=texture, shadow=0.24)
    piece(
        canvas, path("M 474 250 L 526 250 L 526 834 L 474 834 Z"), base, texture=texture, shadow=0.2
    )
    thread = (206, 150, 84) if texture == "denim" else lighter(base, 0.3)
    for line in ("M 484 260 L 484 826", "M 516 260 L 516 826"):
        canvas.stroke(path(line), thread, width=2.4, dash=8)
    for y in (300, 400, 500, 600, 700, 796):
        button(canvas, 500, y, (188, 150, 96) if texture == "denim" else _HORN, size=10)
    pocket = path("M 556 378 L 660 370 L 660 480 L 610 506 L 558 486 Z")
    flap = path("M 550 366 L 666 356 L 666 400 L 608 424 L 550 408 Z")
    for part in (pocket, flap):
        both(canvas, part, base, texture=texture)
    for x in (392, 608):
        button(canvas, x, 404, (188, 150, 96) if texture == "denim" else _HORN, size=9)
    wing = path("M 502 254 L 586 160 C 620 180 640 214 640 240 L 560 318 Z")
    for side in (wing, mirror(wing)):
        piece(canvas, side, base, texture=texture, shadow=0.32)
    canvas.fill(
        half("M 500 190 C 540 188 566 176 584 160 L 572 146 C 550 160 530 166 500 166"),
        darker(base, 0.2),
        edge=0.3,
        soft=8,
    )


def puffer(canvas: Canvas, base: Colour, texture: str) -> None:
    """A quilted jacket with a high collar."""
    both(canvas, path(_SLEEVE), base, texture=texture)
    collar = half("M 500 110 L 590 116 C 604 160 610 190 612 232 L 500 260")
    piece(canvas, collar, base, texture=texture)
    body = half("M 500 236 L 600 200 L 676 216 C 706 330 710 520 706 812 L 500 826")
    piece(canvas, body, base, texture=texture)
    zip_line = path("M 492 150 L 508 150 L 508 822 L 492 822 Z")
    piece(canvas, zip_line, darker(base, 0.35), shadow=0.2)
    canvas.stroke([(500, 150), (500, 820)], lighter(base, 0.55), width=5, dash=5)
    piece(canvas, path("M 492 214 L 508 214 L 512 258 L 488 258 Z"), (196, 190, 180))
    for turn in (1, -1):
        canvas.stroke(
            [(500 + turn * 120, 560), (500 + turn * 150, 690)],
            darker(base, 0.7),
            width=9,
            alpha=0.7,
        )


def vest(canvas: Canvas, base: Colour, texture: str) -> None:
    """A quilted waistcoat."""
    collar = half("M 500 120 L 586 126 C 600 160 606 190 608 232 L 500 260")
    piece(canvas, collar, base, texture="quilt")
    body = half(
        "M500 240 L596 196 L668 212 C660 300 668 380 712 440 C712 560 708 700 704 812 L500 826"
    )
    piece(canvas, body, base, texture=texture)
    piece(canvas, path("M 488 150 L 512 150 L 512 824 L 488 824 Z"), darker(base, 0.2), shadow=0.2)
    for y in range(220, 800, 96):
        button(canvas, 500, y, (196, 176, 140), size=11)
    arm = path("M 666 216 C 656 300 664 380 708 438 L 724 430 C 684 380 678 300 688 222 Z")
    for side in (arm, mirror(arm)):
        piece(canvas, side, darker(base, 0.15), shadow=0.1)
        ribs(canvas, side, base)


def _tailored(
    canvas: Canvas, base: Colour, texture: str, *, hem: float, wide: float, meet: float
) -> None:
    both(canvas, path(_SLEEVE), base, texture=texture)
    canvas.fill(
        path(f"M 408 150 L 592 150 L 508 {meet} Z"), mix(base, (236, 226, 208), 0.72), edge=0.5
    )
    back = half("M 500 152 C 540 152 570 160 592 150 L 600 190 C 570 204 530 208 500 208")
    piece(canvas, back, darker(base, 0.2), texture=texture, shadow=0.2)
    right = path(
        f"M 508 {meet} L 596 170 L 672 212 C 690 320 684 420 690 520 C 700 660 {wide - 6} 800 "
        f"{wide} {hem - 14} L 500 {hem} L 500 {meet} Z"
    )
    left = path(
        f"M 540 {meet} L 404 170 L 328 212 C 310 320 316 420 310 520 C 300 660 {1006 - wide} 800 "
        f"{1000 - wide} {hem - 14} L 548 {hem} Z"
    )
    fold = f"C 610 600 620 720 650 {hem - 40}"
    piece(canvas, right, base, texture=texture, folds=[f"M 640 420 {fold}"])
    piece(
        canvas, left, base, texture=texture, folds=[f"M 360 420 C 390 600 380 720 352 {hem - 40}"]
    )
    for turn in (1, -1):
        lapel = [
            (500 + turn * (x - 500), y)
            for x, y in path(
                f"M {506} {meet - 6} L 566 170 L 606 176 L 652 300 L 610 318 L 624 356 Z"
            )
        ]
        piece(canvas, lapel, base, texture=texture, shadow=0.34)
        collar = [
            (500 + turn * (x - 500), y)
            for x, y in path("M 560 186 L 584 146 C 620 170 640 214 650 300 L 606 312 Z")
        ]
        piece(canvas, collar, darker(base, 0.05), texture=texture, shadow=0.3)
    seam(canvas, "M 672 224 C 688 300 680 380 672 450", base, twice=True)


def _flaps(canvas: Canvas, base: Colour, texture: str, *, y: float) -> None:
    flap = path(
        f"M 576 {y} L 674 {y - 8} L 678 {y + 40} C 646 {y + 52} 606 {y + 54} 578 {y + 48} Z"
    )
    both(canvas, flap, base, texture=texture)
