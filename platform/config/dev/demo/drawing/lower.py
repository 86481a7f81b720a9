"""Trousers, skirts, dresses."""

from __future__ import annotations

from config.dev.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from config.dev.demo.drawing.cloth import both, button, piece, ribs, seam
from config.dev.demo.drawing.paths import half, path

_BRASS: Colour = (186, 142, 78)


def trousers(canvas: Canvas, base: Colour, texture: str) -> None:
    """Trousers with a crease."""
    _legs(canvas, base, texture, hem=640, knee=668)
    canvas.strokes(
        [path("M 594 250 C 604 460 600 680 592 890"), path("M 406 250 C 396 460 400 680 408 890")],
        darker(base, 0.5),
        width=4,
        alpha=0.5,
        soft=3,
    )
    _waist(canvas, base, texture)
    seam(canvas, "M 604 184 C 612 220 626 240 646 254", base, twice=True)
    button(canvas, 500, 148, mix(base, (60, 44, 34), 0.6), size=9)


def jeans(canvas: Canvas, base: Colour, texture: str) -> None:
    """Trousers with rivets and yellow seams."""
    _legs(canvas, base, texture, hem=626, knee=650)
    worn = [path("M 578 300 L 584 600"), path("M 422 300 L 416 600")]
    canvas.strokes(worn, lighter(base, 0.6), width=44, alpha=0.3, soft=26, within=_LEGS)
    canvas.folds(
        [
            path("M 520 330 C 560 340 590 334 630 318"),
            path("M 480 330 C 440 340 410 334 370 318"),
            path("M 548 600 C 580 612 610 608 640 596"),
        ],
        base,
        _LEGS,
    )
    _waist(canvas, base, texture)
    thread = (206, 150, 84)
    lines = ["M 612 180 C 614 216 628 240 660 256", "M 650 280 C 660 500 640 700 626 890"]
    for line in lines:
        points = path(line)
        mirrored = [(1000 - x, y) for x, y in points]
        canvas.strokes([points, mirrored], thread, width=2.6, alpha=0.85, dash=8, within=_LEGS)
    canvas.stroke(path("M 504 172 L 504 300 C 524 300 540 270 542 172"), thread, width=2.6, dash=8)
    button(canvas, 500, 148, _BRASS, size=11)


def shorts(canvas: Canvas, base: Colour, texture: str) -> None:
    """Shorts with a cord."""
    leg = path("M 500 250 L 668 210 C 690 330 716 480 732 620 L 540 648 L 500 420 Z")
    both(canvas, leg, base, texture=texture)
    canvas.folds(
        [path("M 640 280 C 610 380 620 500 640 610"), path("M 360 280 C 390 380 380 500 360 610")],
        base,
        half("M 500 200 L 740 200 L 740 650 L 500 650"),
    )
    band = half("M 500 196 L 664 190 L 672 250 L 500 262")
    piece(canvas, band, base, texture=texture)
    ribs(canvas, band, base, step=13)
    for x, end in ((478, 440), (522, 560)):
        canvas.stroke(path(f"M {x} 240 C {x} 300 {end} 320 {end} 380"), lighter(base, 0.7), width=7)
    seam(canvas, "M 546 618 L 726 592", base, twice=True)


def skirt(canvas: Canvas, base: Colour, texture: str) -> None:
    """A long skirt in folds."""
    body = half("M 500 200 L 610 196 C 650 400 720 640 760 830 C 690 866 600 874 500 874")
    piece(
        canvas,
        body,
        base,
        texture=texture,
        folds=[
            "M 560 230 C 590 460 630 680 668 850",
            "M 440 230 C 410 460 370 680 332 850",
            "M 524 250 C 534 480 540 680 556 860",
            "M 470 260 C 462 480 452 680 430 860",
            "M 596 260 C 640 460 690 660 724 830",
            "M 404 260 C 360 460 310 660 276 830",
        ],
    )
    band = half("M 500 150 L 606 148 L 612 206 L 500 212")
    piece(canvas, band, base, texture=texture)
    seam(canvas, "M 392 196 Q 500 204 608 196", base)


def dress(canvas: Canvas, base: Colour, texture: str) -> None:
    """A dress with short sleeves and a belt."""
    sleeve = path("M 616 168 C 680 184 724 250 744 330 L 652 362 C 640 320 630 300 622 280 Z")
    both(canvas, sleeve, base, texture=texture)
    canvas.fill(path("M 424 138 L 576 138 L 502 290 Z"), darker(base, 0.45))
    gown = half("M 500 452 L 604 440 C 650 580 716 740 752 872 C 680 906 590 912 500 912")
    piece(
        canvas,
        gown,
        base,
        texture=texture,
        folds=[
            "M 560 470 C 590 620 630 760 668 890",
            "M 440 470 C 410 620 370 760 332 890",
            "M 516 480 C 526 640 536 780 546 900",
            "M 476 480 C 466 640 456 780 440 900",
            "M 592 470 C 640 600 690 740 716 870",
            "M 408 470 C 360 600 310 740 284 870",
        ],
    )
    top = half("M 500 292 L 572 132 L 628 164 C 634 260 616 360 608 452 L 500 462")
    piece(
        canvas,
        top,
        base,
        texture=texture,
        folds=["M 590 300 C 560 350 556 400 570 446", "M 410 300 C 440 350 444 400 430 446"],
    )
    wrap = path("M 410 140 L 428 132 L 590 440 L 566 452 Z")
    piece(canvas, wrap, base, shadow=0.18)
    belt = half("M 500 436 L 612 428 L 614 470 L 500 480")
    piece(canvas, belt, darker(base, 0.12))
    for line in (
        "M 560 450 C 600 470 610 560 600 620 L 572 616 C 580 560 570 500 548 470 Z",
        "M 556 446 C 600 430 650 450 640 480 C 620 500 580 480 556 460 Z",
    ):
        piece(canvas, path(line), darker(base, 0.08))


def slip(canvas: Canvas, base: Colour, texture: str) -> None:
    """A dress with thin straps that shines like satin."""
    straps = [
        path("M 590 120 C 596 180 588 230 580 280"),
        path("M 410 120 C 404 180 412 230 420 280"),
    ]
    canvas.strokes(straps, darker(base, 0.25), width=9)
    body = half(
        "M 500 330 C 540 320 566 290 584 262 C 612 330 610 420 606 480 "
        "C 640 620 676 760 690 880 C 630 910 566 916 500 916"
    )
    piece(
        canvas,
        body,
        base,
        texture=texture,
        light=0.22,
        folds=[
            "M 580 300 C 560 420 600 640 640 880",
            "M 420 300 C 450 440 396 640 372 880",
            "M 500 380 C 530 540 500 720 520 900",
            "M 540 420 C 570 600 566 740 590 890",
            "M 452 440 C 440 600 446 740 430 900",
        ],
    )
    shine = [
        path("M 548 360 C 548 520 580 700 612 880"),
        path("M 432 400 C 430 560 410 700 402 870"),
    ]
    canvas.strokes(shine, lighter(base, 0.8), width=16, alpha=0.34, soft=14, within=body)


def jumpsuit(canvas: Canvas, base: Colour, texture: str) -> None:
    """Bib and trousers in one."""
    _legs(canvas, base, texture, hem=690, knee=690, top=420)
    for turn in (1, -1):
        strap = [
            (500 + turn * (x - 500), y) for x, y in path("M 572 92 L 604 92 L 596 300 L 560 300 Z")
        ]
        piece(canvas, strap, base, texture=texture)
    bib = half("M 500 226 L 600 226 C 604 300 640 380 660 436 L 500 446")
    piece(canvas, bib, base, texture=texture)
    pocket = half("M 500 290 L 560 290 L 562 372 L 500 386")
    piece(canvas, pocket, base, texture=texture, shadow=0.2)
    seam(canvas, "M 404 244 L 596 244", base)
    for x in (424, 576):
        button(canvas, x, 252, _BRASS, size=13)


def _legs(
    canvas: Canvas, base: Colour, texture: str, *, hem: float, knee: float, top: float = 150
) -> None:
    leg = path(
        f"M 500 {top} L {620 + (top - 150) * 0.14} {top} C 660 {top + 120} 676 380 {knee} 560 "
        f"L {hem + 26} 908 L 530 914 C 524 760 514 560 502 {max(400, top + 130)} Z"
    )
    other = [(1000 - x, y) for x, y in leg]
    for side, sign in ((other, -1), (leg, 1)):
        piece(canvas, side, base, texture=texture)
        folds = [
            (
                f"M {500 + sign * 40} {top + 230} C {500 + sign * 90} 480 {500 + sign * 84} 640 "
                f"{500 + sign * 70} 880"
            ),
            (
                f"M {500 + sign * 10} {top + 250} C {500 + sign * 60} {top + 260} "
                f"{500 + sign * 110} {top + 220} {500 + sign * 150} {top + 180}"
            ),
        ]
        canvas.folds([path(line) for line in folds], base, side)
    seam(canvas, f"M 536 880 L {hem + 24} 876", base, twice=True)


def _waist(canvas: Canvas, base: Colour, texture: str) -> None:
    band = half("M 500 122 L 618 120 L 626 172 L 500 178")
    piece(canvas, band, base, texture=texture, shadow=0.2)
    for x in (408, 450, 550, 592):
        piece(
            canvas,
            path(f"M {x - 6} 114 L {x + 6} 114 L {x + 6} 186 L {x - 6} 186 Z"),
            base,
            shadow=0.2,
        )


_LEGS = half("M 500 150 L 620 150 C 676 380 668 560 652 908 L 500 914")
