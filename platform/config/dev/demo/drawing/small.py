"""Shoes, bags, hats and scarves."""

from __future__ import annotations

from config.dev.demo.drawing.canvas import Canvas, Colour, darker, lighter, mix
from config.dev.demo.drawing.cloth import TEXTURES, piece, ribs, seam
from config.dev.demo.drawing.paths import Points, ellipse, half, moved, path

_BRASS: Colour = (190, 150, 86)
_SOLE: Colour = (244, 240, 230)


def scarf(canvas: Canvas, base: Colour, texture: str) -> None:
    """A scarf with fringes, laid in a loop."""
    tails = (
        (
            path("M 540 420 C 640 470 680 620 672 820 L 556 828 C 560 680 530 560 450 480 Z"),
            556,
            672,
        ),
        (
            path("M 460 420 C 380 500 350 620 356 770 L 470 780 C 470 660 500 560 570 480 Z"),
            356,
            470,
        ),
    )
    for tail, left, right in tails:
        low = max(y for _x, y in tail)
        fringe = [
            [(x, low - 14), (x + (x % 3) * 3 - 3, low + 58)] for x in range(left + 4, right, 9)
        ]
        canvas.strokes(
            [[(x + 6, y + 8) for x, y in line] for line in fringe],
            (60, 44, 50),
            width=4,
            alpha=0.25,
        )
        canvas.strokes(fringe, darker(base, 0.08), width=4.6)
        piece(canvas, tail, base, texture=texture)
    loop = path(
        "M 500 150 C 690 150 760 260 720 370 C 680 470 560 500 500 500 "
        "C 440 500 320 470 280 370 C 240 260 310 150 500 150 Z"
    )
    piece(
        canvas,
        loop,
        base,
        texture=texture,
        folds=["M 300 330 C 360 460 640 460 700 330", "M 290 280 C 380 400 620 410 716 270"],
    )
    hole = path(
        "M 500 214 C 600 214 640 260 620 310 C 590 350 540 360 500 360 "
        "C 460 360 410 350 380 310 C 360 260 400 214 500 214 Z"
    )
    canvas.fill(hole, darker(base, 0.55), edge=0.5)


def beanie(canvas: Canvas, base: Colour, texture: str) -> None:
    """A knitted hat with a bobble."""
    canvas.shadow(ellipse(500, 220, 96, 90))
    puff = [
        [(500, 220), moved([(canvas.random.uniform(80, 104), 0)], 500, 220, turn=turn)[0]]
        for turn in range(0, 360, 3)
    ]
    canvas.ball(ellipse(500, 220, 84, 80), lighter(base, 0.12), shine=0)
    canvas.strokes(puff, lighter(base, 0.3), width=4, alpha=0.7)
    dome = half("M 500 270 C 660 270 744 420 740 640 L 500 660")
    piece(canvas, dome, base, texture="knit", folds=["M 610 320 C 660 420 676 520 676 640"])
    if texture in {"stripes", "cable"}:
        TEXTURES[texture](canvas, dome, base)
    cuff = half("M 500 612 L 748 596 C 762 660 762 720 752 772 L 500 790")
    piece(canvas, cuff, base, shadow=0.3)
    ribs(canvas, cuff, base, step=16)
    piece(
        canvas,
        path("M 640 680 L 700 676 L 702 726 L 642 730 Z"),
        mix(base, (214, 186, 144), 0.85),
        shadow=0.3,
    )


def cap(canvas: Canvas, base: Colour, texture: str) -> None:
    """A cap with a peak."""
    dome = path(
        "M 270 560 C 260 380 380 260 520 262 C 660 262 740 380 736 560 C 600 520 400 520 270 560 Z"
    )
    piece(canvas, dome, base, texture=texture)
    seam(canvas, "M 520 266 C 540 360 548 440 548 534", base)
    seam(canvas, "M 512 266 C 420 320 380 430 378 536", base)
    seam(canvas, "M 528 266 C 640 330 664 440 664 540", base)
    peak = path(
        "M 268 560 C 400 512 610 514 738 560 C 830 600 870 660 862 706 "
        "C 700 640 440 620 300 640 C 270 620 264 590 268 560 Z"
    )
    piece(canvas, peak, darker(base, 0.08), texture=texture, shadow=0.45)
    for shift in (0, 16, 32):
        seam(
            canvas,
            f"M 310 {600 + shift} C 460 {576 + shift} 680 {596 + shift} 836 {680 + shift * 0.4}",
            base,
        )
    piece(canvas, ellipse(520, 264, 16, 11), darker(base, 0.1), shadow=0.3)


def tote(canvas: Canvas, base: Colour, texture: str) -> None:
    """A big bag with two handles."""
    trim = (120, 78, 48)
    for shift, tone in ((-18, darker(trim, 0.3)), (0, trim)):
        handle = path(f"M 392 420 C {392 + shift} 160 {608 + shift} 160 608 420")
        canvas.stroke(
            [(x + 10, y + 16) for x, y in handle], (50, 34, 40), width=26, alpha=0.2, soft=8
        )
        canvas.stroke(handle, tone, width=24)
        canvas.stroke(handle, lighter(trim, 0.4), width=2.4, alpha=0.6, dash=9)
    body = half("M 500 380 L 724 376 C 734 540 748 700 756 850 L 500 866")
    piece(canvas, body, base, texture=texture, folds=["M 640 400 C 620 560 650 700 690 840"])
    bottom = half("M 500 760 L 751 746 L 757 850 L 500 866")
    piece(canvas, bottom, trim, shadow=0.1)
    seam(canvas, "M 252 752 Q 500 772 748 752", trim)
    for x in (392, 608):
        tab = path(f"M {x - 24} 400 L {x + 24} 400 L {x + 24} 500 L {x} 524 L {x - 24} 500 Z")
        piece(canvas, tab, trim, shadow=0.28)
        canvas.ball(ellipse(x, 486, 8, 8), _BRASS, shine=0.8)


def bag(canvas: Canvas, base: Colour, texture: str) -> None:
    """A small bag with a flap and a long strap."""
    strap = path("M 300 500 C 180 100 820 100 700 500")
    canvas.stroke([(x + 10, y + 16) for x, y in strap], (50, 34, 40), width=20, alpha=0.22, soft=8)
    canvas.stroke(strap, darker(base, 0.15), width=19)
    canvas.stroke(strap, lighter(base, 0.35), width=2.2, alpha=0.6, dash=9)
    body = half("M 500 460 L 712 456 C 756 560 766 690 736 800 C 720 836 690 846 660 848 L 500 852")
    piece(canvas, body, base, texture=texture)
    flap = half("M 500 430 L 706 432 C 742 500 744 590 716 650 C 640 704 560 712 500 712")
    piece(canvas, flap, lighter(base, 0.04), texture=texture, shadow=0.45)
    seam(canvas, "M 284 636 C 400 712 600 712 716 636", base)
    canvas.ball(path("M 468 676 L 532 676 L 532 744 L 500 760 L 468 744 Z"), _BRASS, shine=0.9)
    canvas.ball(ellipse(500, 714, 11, 11), darker(_BRASS, 0.3), shine=0.5)
    for x in (300, 700):
        canvas.strokes([[*ellipse(x, 470, 17, 20)]], _BRASS, width=7)


def backpack(canvas: Canvas, base: Colour, texture: str) -> None:
    """A rucksack with leather straps."""
    trim = (126, 82, 50)
    canvas.stroke(path("M 430 170 C 430 90 570 90 570 170"), trim, width=20)
    body = half(
        "M 500 160 C 620 150 700 220 716 360 C 736 540 742 700 724 830 C 660 866 580 872 500 872"
    )
    piece(canvas, body, base, texture=texture)
    flap = half(
        "M 500 150 C 640 142 716 220 728 360 C 732 420 730 470 722 520 C 650 548 570 552 500 552"
    )
    piece(canvas, flap, lighter(base, 0.04), texture=texture, shadow=0.45)
    pocket = half("M 500 620 L 660 612 C 676 690 676 760 664 820 L 500 836")
    piece(canvas, pocket, base, texture=texture, shadow=0.3)
    for x in (400, 600):
        piece(
            canvas,
            path(f"M {x - 17} 440 L {x + 17} 440 L {x + 17} 660 L {x} 684 L {x - 17} 660 Z"),
            trim,
        )
        canvas.strokes(
            [[(x - 24, 580), (x + 24, 580), (x + 24, 620), (x - 24, 620), (x - 24, 580)]],
            _BRASS,
            width=7,
        )
    seam(canvas, "M 284 500 C 400 536 600 536 716 500", base)


def sneaker(canvas: Canvas, base: Colour, texture: str) -> None:
    """A pair of trainers from the side."""
    for shift, drop in ((-30, -190), (30, 60)):
        _shoe(canvas, base, texture, shift, drop)


def _shoe(canvas: Canvas, base: Colour, texture: str, dx: float, dy: float) -> None:
    def put(text: str) -> Points:
        return [(x + dx, y + dy) for x, y in path(text)]

    sole = put(
        "M 150 640 C 140 700 160 716 200 718 L 800 718 C 852 716 866 680 852 628 L 500 600 Z"
    )
    canvas.shadow(sole, dx=0, dy=34, soft=22, strength=0.5)
    canvas.fill(sole, _SOLE, edge=0.3, soft=14)
    upper = put(
        "M 166 400 C 190 376 240 366 276 372 C 300 440 372 440 410 380 L 440 372 C 520 470 620 520 "
        "760 556 C 830 576 858 606 854 644 C 640 660 360 660 152 650 C 140 560 146 470 166 400 Z"
    )
    piece(canvas, upper, base, texture=texture, shadow=0)
    toe = put(
        "M 690 536 C 800 560 858 596 854 644 C 800 650 740 652 690 652 C 660 610 664 570 690 536 Z"
    )
    canvas.fill(toe, lighter(base, 0.3), edge=0.3, soft=12)
    heel = put(
        "M 150 470 C 190 480 230 520 244 652 C 210 654 180 652 152 650 C 142 590 142 530 150 470 Z"
    )
    canvas.fill(heel, darker(base, 0.25), edge=0.3, soft=10)
    tongue = put("M 396 376 C 420 340 450 330 470 340 L 480 420 L 430 400 Z")
    canvas.fill(tongue, lighter(base, 0.2), edge=0.3, soft=10)
    for step in range(5):
        x, y = 432 + step * 46 + dx, 402 + step * 27 + dy
        canvas.stroke([(x + 3, y + 5), (x + 51, y - 11)], (60, 50, 50), width=12, alpha=0.35)
        canvas.stroke([(x, y), (x + 48, y - 16)], (250, 247, 240), width=11)
    canvas.stroke(
        put("M 156 672 C 360 688 640 690 856 664"), darker(_SOLE, 0.3), width=3, alpha=0.7
    )
    seam(
        canvas,
        f"M{420 + dx} {440 + dy} C{500 + dx} {540 + dy} {600 + dx} {580 + dy} "
        f"{690 + dx} {590 + dy}",
        base,
    )


def boot(canvas: Canvas, base: Colour, texture: str) -> None:
    """A pair of ankle boots."""
    for dx, dy in ((-90, -70), (60, 30)):

        def put(text: str, dx: float = dx, dy: float = dy) -> Points:
            return [(x + dx, y + dy) for x, y in path(text)]

        sole = put(
            "M 290 742 L 820 742 C 834 770 824 790 800 790 L 470 790 L 460 766 L 420 766 "
            "L 414 812 L 290 812 Z"
        )
        canvas.shadow(sole, dx=0, dy=26, soft=22, strength=0.5)
        canvas.fill(sole, (62, 42, 34), edge=0.4, soft=10)
        upper = put(
            "M 288 200 L 512 194 C 516 330 510 420 530 500 C 600 560 720 580 790 640 "
            "C 826 680 830 720 822 746 L 290 748 C 280 560 286 380 288 200 Z"
        )
        piece(canvas, upper, base, texture=texture, shadow=0.2, light=0.16)
        gusset = put(
            "M 368 210 L 452 208 C 456 330 452 420 440 500 C 420 516 400 516 384 500 "
            "C 370 420 366 320 368 210 Z"
        )
        canvas.fill(gusset, darker(base, 0.55), edge=0.3)
        ribs(canvas, gusset, base, step=9)
        canvas.stroke(
            put("M 560 560 C 640 590 730 620 780 680"),
            lighter(base, 0.7),
            width=16,
            alpha=0.3,
            soft=12,
            within=upper,
        )
        tab = put("M 292 150 C 300 140 326 140 332 150 L 334 240 L 292 242 Z")
        piece(canvas, tab, darker(base, 0.2), shadow=0.2)
        canvas.stroke(
            put("M 292 726 C 460 734 660 734 824 726"), (214, 178, 120), width=2.6, dash=9
        )


def socks(canvas: Canvas, base: Colour, texture: str) -> None:
    """A pair of socks."""
    for dx, dy in ((-120, 0), (90, 40)):
        foot = [
            (x + dx, y + dy)
            for x, y in path(
                "M 420 190 L 560 190 C 564 360 560 460 580 560 C 600 640 690 690 700 760 "
                "C 700 830 620 850 560 830 C 470 800 430 720 424 600 C 416 460 420 330 420 190 Z"
            )
        ]
        piece(canvas, foot, base, texture=texture if texture != "plain" else "knit")
        cuff = [(x + dx, y + dy) for x, y in path("M 414 170 L 566 170 L 566 270 L 414 274 Z")]
        piece(canvas, cuff, darker(base, 0.2), shadow=0.2)
        ribs(canvas, cuff, base, step=9)
        heel = [
            (x + dx, y + dy)
            for x, y in path(
                "M424 600 C470 590 500 620 506 680 C500 720 480 740 460 750 "
                "C436 710 426 660 424 600 Z"
            )
        ]
        canvas.fill(heel, darker(base, 0.22), edge=0.2, soft=8)
        toe = [
            (x + dx, y + dy)
            for x, y in path(
                "M610 840 C600 800 630 740 686 716 C704 740 708 790 690 816 "
                "C670 836 640 842 610 840 Z"
            )
        ]
        canvas.fill(toe, darker(base, 0.22), edge=0.2, soft=8)


def belt(canvas: Canvas, base: Colour, texture: str) -> None:
    """A rolled belt with a brass buckle."""
    for radius in (300, 236, 172):
        ring = ellipse(500, 540, radius, radius * 0.82)
        ring.append(ring[0])
        canvas.stroke(
            [(x + 12, y + 20) for x, y in ring], (50, 34, 40), width=44, alpha=0.25, soft=12
        )
        canvas.stroke(ring, darker(base, 0.25), width=48)
        canvas.stroke(ring, base, width=38)
        canvas.stroke(
            [(x, y - 10) for x, y in ring], lighter(base, 0.3), width=2.4, alpha=0.7, dash=10
        )
    end = path("M 500 268 L 800 268 C 830 280 830 310 800 322 L 500 322 Z")
    piece(canvas, end, base, texture=texture)
    canvas.dots([(x, 295, 6) for x in range(640, 800, 40)], darker(base, 0.7))
    buckle = path("M 420 236 L 520 236 L 520 354 L 420 354 Z")
    canvas.shadow(buckle, dx=6, dy=10, soft=8)
    canvas.strokes([[*buckle, buckle[0]]], _BRASS, width=18)
    canvas.strokes([[(420, 240), (420, 350)]], lighter(_BRASS, 0.5), width=5, alpha=0.8)
    canvas.stroke([(420, 295), (560, 295)], darker(_BRASS, 0.1), width=11)
