"""Garments for the upper body, laid flat."""

from __future__ import annotations

from config.dev.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from config.dev.demo.drawing.cloth import both, button, piece, ribs, seam
from config.dev.demo.drawing.paths import Points, ellipse, half, mirror, path

_SHORT_SLEEVE = "M 664 232 C 730 250 792 330 838 430 L 730 486 C 714 440 696 410 676 388 Z"
_LONG_SLEEVE = (
    "M 664 232 C 740 256 778 330 806 470 C 830 590 844 690 850 786 L 760 800 "
    "C 744 690 716 560 676 450 Z"
)
_INSIDE = "M 400 196 Q 500 170 600 196 Q 580 262 500 268 Q 420 262 400 196 Z"


def tee(canvas: Canvas, base: Colour, texture: str) -> None:
    """A T-shirt."""
    both(canvas, path(_SHORT_SLEEVE), base, texture=texture)
    body = half(
        "M 500 262 C 556 262 588 232 600 196 L 676 236 C 688 300 690 380 690 470 "
        "C 690 600 694 720 698 826 C 640 838 570 842 500 842"
    )
    canvas.fill(path(_INSIDE), darker(base, 0.4))
    piece(
        canvas,
        body,
        base,
        texture=texture,
        folds=[
            "M 660 300 C 610 420 600 560 640 800",
            "M 345 330 C 400 460 392 600 372 780",
            "M 520 420 C 480 560 500 700 486 830",
        ],
    )
    collar = half("M 500 268 C 562 268 596 236 606 194 L 588 186 C 580 222 552 246 500 248")
    canvas.fill(collar, base, edge=0.4, soft=8)
    ribs(canvas, collar, base, step=8)
    seam(canvas, "M 312 806 Q 500 828 690 806", base)
    seam(canvas, "M 724 462 L 820 414", base, twice=True)
    seam(canvas, "M 668 244 C 684 300 680 350 676 388", base, twice=True)


def sweater(canvas: Canvas, base: Colour, texture: str) -> None:
    """A jumper with ribs at its ends."""
    both(canvas, path(_LONG_SLEEVE), base, texture=texture)
    cuff = path("M 758 776 L 853 762 L 858 838 L 772 850 Z")
    for side in (cuff, mirror(cuff)):
        piece(canvas, side, base, shadow=0.2)
        ribs(canvas, side, base)
    body = half(
        "M 500 250 C 552 250 586 226 598 196 L 680 236 C 700 320 704 420 704 520 "
        "C 704 620 702 710 696 790 L 500 800"
    )
    canvas.fill(path(_INSIDE), darker(base, 0.45))
    piece(
        canvas,
        body,
        base,
        texture=texture,
        folds=["M 680 330 C 620 430 610 560 640 780", "M 330 340 C 384 470 388 600 356 780"],
    )
    hem = half("M 500 784 L 698 774 L 690 852 L 500 862")
    piece(canvas, hem, base, shadow=0.2)
    ribs(canvas, hem, base)
    collar = half("M 500 274 C 570 274 606 238 616 192 L 588 182 C 580 222 552 240 500 242")
    piece(canvas, collar, base, shadow=0.16)
    ribs(canvas, collar, base, step=10)


def turtleneck(canvas: Canvas, base: Colour, texture: str) -> None:
    """A jumper with a high collar."""
    sweater(canvas, base, texture)
    neck = half("M 500 124 L 572 128 C 584 160 590 196 596 236 C 560 262 530 266 500 266")
    piece(canvas, neck, base, shadow=0.25)
    ribs(canvas, neck, base, step=10)
    fold = half("M 500 118 L 574 122 C 582 146 586 168 590 190 C 556 204 530 206 500 206")
    piece(canvas, fold, base, shadow=0.3)
    ribs(canvas, fold, base, step=10)


def cardigan(canvas: Canvas, base: Colour, texture: str) -> None:
    """A knitted jacket with buttons."""
    both(canvas, path(_LONG_SLEEVE), base, texture=texture)
    cuff = path("M 758 776 L 853 762 L 858 838 L 772 850 Z")
    for side in (cuff, mirror(cuff)):
        piece(canvas, side, base, shadow=0.2)
        ribs(canvas, side, base)
    canvas.fill(path("M 392 196 L 608 196 L 505 470 Z"), darker(base, 0.5))
    body = half(
        "M500 470 L598 192 L680 236 C700 320 704 420 704 540 C704 660 700 770 696 850 L500 860"
    )
    piece(
        canvas,
        body,
        base,
        texture=texture,
        folds=["M 660 360 C 610 480 616 640 640 830", "M 340 360 C 390 500 384 640 360 830"],
    )
    band = path("M 482 470 L 612 186 L 576 190 L 518 474 Z")
    for part in (band, mirror(band)):
        piece(canvas, part, base, shadow=0.14)
        ribs(canvas, part, base, step=8)
    placket = path("M 478 466 L 522 466 L 522 862 L 478 862 Z")
    piece(canvas, placket, base, shadow=0.24)
    for y in range(500, 850, 68):
        button(canvas, 500, y, mix((120, 84, 56), base, 0.2), size=11)
    both(canvas, path("M 560 668 L 668 660 L 670 770 L 562 776 Z"), base, texture="plain")


def shirt(canvas: Canvas, base: Colour, texture: str) -> None:
    """A shirt with a collar, buttons and a pocket."""
    both(canvas, path(_LONG_SLEEVE), base, texture=texture)
    cuff = path("M 756 776 L 852 762 L 858 830 L 768 844 Z")
    for side in (cuff, mirror(cuff)):
        piece(canvas, side, base, texture=texture, shadow=0.2)
    canvas.fill(path("M 420 170 L 580 170 L 560 250 L 440 250 Z"), darker(base, 0.35))
    body = half(
        "M 500 262 L 586 190 L 680 236 C 696 320 698 420 698 520 C 698 640 704 740 706 800 "
        "C 660 850 610 866 560 850 C 536 842 520 838 500 838"
    )
    piece(
        canvas,
        body,
        base,
        texture=texture,
        folds=[
            "M 670 330 C 620 440 616 600 650 800",
            "M 336 340 C 390 470 380 620 350 800",
            "M 560 430 C 580 560 566 700 574 830",
        ],
    )
    placket = path("M 480 262 L 520 262 L 520 840 L 480 840 Z")
    piece(canvas, placket, base, texture=texture, shadow=0.14)
    for y in range(320, 830, 82):
        button(canvas, 500, y, lighter(mix(base, (238, 228, 210), 0.7), 0.2), size=8)
    _collar(canvas, base, texture)
    pocket = path("M 566 400 L 652 394 L 654 488 L 612 512 L 568 494 Z")
    piece(canvas, pocket, base, texture=texture, shadow=0.16)
    seam(canvas, "M 570 416 L 650 410", base)


def _collar(canvas: Canvas, base: Colour, texture: str) -> None:
    wing = path("M 502 258 L 590 176 C 606 190 616 214 616 232 L 556 318 Z")
    for side in (wing, mirror(wing)):
        piece(canvas, side, base, texture=texture, shadow=0.3)
    seam(canvas, "M 508 262 L 556 306 L 606 232", base, twice=True)
    band = half("M 500 196 C 540 196 566 188 584 174 L 578 160 C 556 172 536 176 500 176")
    canvas.fill(band, darker(base, 0.12), edge=0.3, soft=8)


def polo(canvas: Canvas, base: Colour, texture: str) -> None:
    """A T-shirt with a collar."""
    tee(canvas, base, texture)
    piece(canvas, path("M 474 250 L 526 250 L 522 420 L 478 420 Z"), base, shadow=0.16)
    for y in (310, 354, 398):
        button(canvas, 500, y, lighter(base, 0.6), size=8)
    _collar(canvas, base, "plain")


def blouse(canvas: Canvas, base: Colour, texture: str) -> None:
    """A blouse with full sleeves and a bow."""
    sleeve = path(
        "M 660 236 C 760 262 836 360 866 500 C 890 620 880 700 850 740 L 772 748 "
        "C 740 640 716 540 670 440 Z"
    )
    both(canvas, sleeve, base, texture=texture)
    cuff = path("M 770 738 L 856 730 L 852 778 L 778 786 Z")
    for side in (cuff, mirror(cuff)):
        piece(canvas, side, base, shadow=0.2)
    body = half(
        "M 500 250 C 540 250 570 226 584 200 L 672 240 C 690 330 686 420 694 540 "
        "C 702 660 722 740 736 800 C 660 830 580 838 500 838"
    )
    canvas.fill(path(_INSIDE), darker(base, 0.4))
    piece(
        canvas,
        body,
        base,
        texture=texture,
        folds=[
            "M 560 280 C 600 460 610 640 640 820",
            "M 440 280 C 400 460 396 640 360 820",
            "M 500 330 C 510 500 486 660 500 830",
            "M 650 420 C 680 560 690 680 712 800",
        ],
    )
    for turn in (1, -1):
        loop = [
            (500 + turn * (x - 500), y)
            for x, y in path("M 500 262 C 560 200 640 216 632 262 C 626 300 556 300 500 270 Z")
        ]
        tail = [
            (500 + turn * (x - 500), y)
            for x, y in path(
                "M 504 270 C 540 330 560 400 556 470 L 516 476 C 520 400 512 330 492 276 Z"
            )
        ]
        piece(canvas, tail, base, shadow=0.3)
        piece(canvas, loop, base, shadow=0.3)
    piece(canvas, ellipse(500, 266, 20, 18), base, shadow=0.3)


def hoodie(canvas: Canvas, base: Colour, texture: str) -> None:
    """A sweatshirt with a hood and a pocket."""
    hood = half("M 500 110 C 590 110 640 170 628 268 L 580 300 L 500 320")
    piece(canvas, hood, base, texture=texture, folds=["M 580 140 C 610 190 606 240 580 290"])
    canvas.fill(
        half("M 500 150 C 560 150 590 196 580 262 C 556 292 530 300 500 300"), darker(base, 0.5)
    )
    sweater(canvas, base, texture)
    rim = half("M 500 300 C 560 300 606 262 612 190 L 640 210 C 640 290 590 336 500 344")
    piece(canvas, rim, base, shadow=0.3)
    for x in (462, 538):
        canvas.stroke([(x, 330), (x + (x - 500) * 0.1, 470)], lighter(base, 0.75), width=8)
        canvas.stroke(
            [(x + (x - 500) * 0.1, 462), (x + (x - 500) * 0.1, 480)], (180, 160, 130), width=10
        )
    pocket = half("M 500 580 L 590 580 L 640 690 L 632 772 L 500 778")
    piece(canvas, pocket, base, texture=texture, shadow=0.24)
    seam(canvas, "M 586 590 L 630 692", base, twice=True)


def tank(canvas: Canvas, base: Colour, texture: str) -> None:
    """A sleeveless top."""
    canvas.fill(
        half("M 500 262 C 556 262 580 226 590 182 L 612 184 L 600 352 L 500 372"),
        darker(base, 0.45),
    )
    body: Points = half(
        "M 500 350 C 560 350 584 280 588 178 L 640 178 C 640 290 660 350 700 396 "
        "C 690 520 694 680 706 800 C 640 826 570 832 500 832"
    )
    piece(
        canvas,
        body,
        base,
        texture=texture,
        folds=["M 680 420 C 620 520 616 660 650 810", "M 320 430 C 380 540 384 660 350 810"],
    )
    canvas.stroke(
        path("M 400 182 C 404 282 430 362 500 362 C 570 362 596 282 600 182"),
        darker(base, 0.3),
        width=3,
        alpha=0.7,
    )
    seam(canvas, "M 306 790 Q 500 824 696 790", base)
