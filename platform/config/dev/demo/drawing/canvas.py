"""A sheet to draw on: filled outlines with light on them, soft shadows, seams."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from random import Random
from typing import Final, TypeAlias

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from config.dev.demo.drawing.paths import Point, Points

Colour: TypeAlias = tuple[int, int, int]
Box: TypeAlias = tuple[int, int, int, int]

FIELD: Final = 1000
_FINE: Final = 3
_COARSE: Final = 4
_QUALITY: Final = 84
_WHITE: Final[Colour] = (255, 255, 255)
_BLACK: Final[Colour] = (0, 0, 0)


def colour(text: str) -> Colour:
    """Return a colour written ``#rrggbb``."""
    red, green, blue = ImageColor.getrgb(text)[:3]
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two; 0 is the first."""
    red, green, blue = (
        round(a + (b - a) * min(1.0, max(0.0, share))) for a, b in zip(first, second, strict=True)
    )
    return red, green, blue


def lighter(base: Colour, share: float) -> Colour:
    """Return a colour with some white in it."""
    return mix(base, _WHITE, share)


def darker(base: Colour, share: float) -> Colour:
    """Return a colour with some warm black in it."""
    return mix(base, (22, 14, 20), share)


class Canvas:
    """A square picture in the making; all measures are thousandths of its side."""

    def __init__(self, *, pixels: int, seed: str) -> None:
        self.image = Image.new("RGB", (pixels, pixels), _WHITE)
        self.random = Random(seed)  # noqa: S311  the same picture in each run
        self._scale = pixels / FIELD

    def webp(self, *, margin: float = 0) -> bytes:
        """Return the picture as a file, with so much of each side cut off."""
        out, cut = BytesIO(), round(margin * self._scale)
        side = self.image.width
        self.image.crop((cut, cut, side - cut, side - cut)).save(
            out, "WEBP", quality=_QUALITY, method=2
        )
        return out.getvalue()

    def backdrop(self, base: Colour, *, light: float = 0.5, floor: float = 0.1) -> None:
        """Fill everything: a wall that light falls on from above left."""
        side = self.image.width
        glow = Image.radial_gradient("L").resize((round(side * 1.9),) * 2)
        left, top = round(side * 0.55), round(side * 0.62)
        glow = glow.crop((left, top, left + side, top + side))
        near = Image.new("RGB", self.image.size, lighter(base, light))
        far = Image.new("RGB", self.image.size, darker(base, floor))
        self.image = Image.composite(far, near, glow)

    def fill(
        self,
        points: Sequence[Point],
        base: Colour,
        *,
        light: float = 0.12,
        edge: float = 0.28,
        soft: float = 26,
        angle: float = 35,
    ) -> None:
        """Fill an outline so that it looks like something with a body.

        Args:
            points: the outline.
            base: its colour.
            light: how much lighter one side is, and darker the other.
            edge: how dark it gets towards its rim.
            soft: how far from the rim that begins.
            angle: where light goes to, in degrees from right, clockwise.
        """
        box, mask = self._mask(points)
        if mask is None:
            return
        paint = _slope(mask.size, lighter(base, light), darker(base, light), angle)
        if edge:
            rim = ImageChops.multiply(mask, ImageChops.invert(self._soften(mask, soft)))
            shade = Image.new("RGB", mask.size, darker(base, 0.75))
            paint = Image.composite(shade, paint, rim.point(lambda value: int(value * edge * 2)))
        self.image.paste(paint, box[:2], mask)

    def ball(
        self,
        points: Sequence[Point],
        base: Colour,
        *,
        glow: Colour | None = None,
        depth: float = 0.55,
        shine: float = 0.5,
        at: Point = (0.36, 0.32),
    ) -> None:
        """Fill an outline as something round: light above left, dark below right.

        Args:
            points: the outline.
            base: its colour.
            glow: the colour of its lit side.
            depth: how dark its far side is.
            shine: how bright the light's reflection is.
            at: where it is lit, as shares of its width and height.
        """
        box, mask = self._mask(points)
        if mask is None:
            return
        width, height = mask.size
        far = _round(mask.size, at, 1.25)
        lit = Image.new("RGB", mask.size, glow or lighter(base, 0.22))
        mid = Image.new("RGB", mask.size, base)
        dark = Image.new("RGB", mask.size, darker(base, depth))
        paint = Image.composite(mid, lit, far.point(lambda v: min(255, int(v * 1.9))))
        paint = Image.composite(dark, paint, far.point(lambda v: int(max(0, v - 105) * 1.55)))
        # What lies below throws some light back at the rim.
        rim = ImageChops.multiply(mask, ImageChops.invert(self._soften(mask, 16)))
        back = Image.new("RGB", mask.size, lighter(base, 0.3))
        paint = Image.composite(back, paint, rim.point(lambda v: int(v * 0.28)))
        if shine:
            spot = _round(mask.size, (at[0] - 0.03, at[1] - 0.05), 0.24)
            spot = spot.point(lambda v: int((255 - v) * shine * 0.75))
            paint = Image.composite(Image.new("RGB", (width, height), _WHITE), paint, spot)
        self.image.paste(paint, box[:2], mask)

    def shadow(
        self,
        points: Sequence[Point],
        *,
        dx: float = 14,
        dy: float = 24,
        soft: float = 20,
        strength: float = 0.32,
        tint: Colour = (40, 24, 34),
    ) -> None:
        """Darken what lies behind an outline."""
        side = self.image.width // _COARSE
        share = side / FIELD
        mask = Image.new("L", (side, side), 0)
        ImageDraw.Draw(mask).polygon(
            [((x + dx) * share, (y + dy) * share) for x, y in points], fill=255
        )
        mask = mask.filter(ImageFilter.GaussianBlur(soft * share))
        mask = mask.resize(self.image.size, Image.Resampling.BILINEAR)
        self.image.paste(tint, (0, 0), mask.point(lambda value: int(value * strength)))

    def stroke(
        self,
        points: Sequence[Point],
        base: Colour,
        *,
        width: float = 3,
        alpha: float = 1,
        soft: float = 0,
        within: Sequence[Point] | None = None,
        dash: float = 0,
    ) -> None:
        """Draw a line: a seam, a fold, a stem."""
        self.strokes([points], base, width=width, alpha=alpha, soft=soft, within=within, dash=dash)

    def strokes(
        self,
        lines: Sequence[Sequence[Point]],
        base: Colour,
        *,
        width: float = 3,
        alpha: float = 1,
        soft: float = 0,
        within: Sequence[Point] | None = None,
        dash: float = 0,
    ) -> None:
        """Draw lines alike, all at once."""
        fine = 1 if soft else 2
        box = self._frame([point for line in lines for point in line], width + 3 * soft, within)
        if box is None:
            return
        scale, left, top = self._scale * fine, box[0] * fine, box[1] * fine
        mask = Image.new("L", ((box[2] - box[0]) * fine, (box[3] - box[1]) * fine), 0)
        pen, thick = ImageDraw.Draw(mask), max(1, round(width * scale))
        for line in lines:
            for piece in _dashes(line, dash) if dash else [line]:
                corners = [(x * scale - left, y * scale - top) for x, y in piece]
                pen.line(corners, 255, thick, joint="curve")
        if fine > 1:
            mask = mask.reduce(fine)
        if soft:
            mask = self._soften(mask, soft)
        self._put(mask, box, base, alpha=alpha, within=within)

    def dots(
        self,
        spots: Sequence[tuple[float, float, float]],
        base: Colour,
        *,
        alpha: float = 1,
        within: Sequence[Point] | None = None,
    ) -> None:
        """Draw small discs alike: x, y and radius of each."""
        reach = max((radius for _x, _y, radius in spots), default=0)
        box = self._frame([(x, y) for x, y, _radius in spots], reach * 2, within)
        if box is None:
            return
        scale, left, top = self._scale * 2, box[0] * 2, box[1] * 2
        mask = Image.new("L", ((box[2] - box[0]) * 2, (box[3] - box[1]) * 2), 0)
        pen = ImageDraw.Draw(mask)
        for x, y, radius in spots:
            first = ((x - radius) * scale - left, (y - radius) * scale - top)
            last = ((x + radius) * scale - left, (y + radius) * scale - top)
            pen.ellipse([first, last], fill=255)
        self._put(mask.reduce(2), box, base, alpha=alpha, within=within)

    def folds(self, lines: Sequence[Points], base: Colour, within: Sequence[Point]) -> None:
        """Lay cloth in folds: a soft dark line, and light beside it."""
        beside = [[(x - 9, y - 5) for x, y in line] for line in lines]
        self.strokes(beside, lighter(base, 0.55), width=10, alpha=0.3, soft=9, within=within)
        self.strokes(lines, darker(base, 0.75), width=11, alpha=0.42, soft=8, within=within)

    def grain(self, points: Sequence[Point], *, strength: float = 0.08) -> None:
        """Roughen a surface: cloth, skin, paper."""
        box, mask = self._mask(points)
        if mask is None:
            return
        width, height = mask.size
        # Noise is made from the seed; Pillow's own differs at each run.
        noise = Image.frombytes("L", (97, 89), self.random.randbytes(97 * 89))
        tile = Image.new("L", mask.size)
        for x in range(0, width, 97):
            for y in range(0, height, 89):
                tile.paste(noise, (x, y))
        alpha = ImageChops.multiply(mask, tile.point(lambda value: int(value * strength)))
        self.image.paste(_BLACK, box[:2], alpha)

    def _frame(
        self, points: Sequence[Point], reach: float, within: Sequence[Point] | None
    ) -> Box | None:
        """Return the pixels that may be touched, or None when there are none."""
        if not points:
            return None
        box = self._bounds(points, reach)
        if within is not None:
            inner = self._bounds(within, 0)
            box = (*map(max, box[:2], inner[:2]), *map(min, box[2:], inner[2:]))  # type: ignore[assignment]
        return box if box[0] < box[2] and box[1] < box[3] else None

    def _bounds(self, points: Sequence[Point], reach: float) -> Box:
        side = self.image.width
        xs, ys = [x for x, _y in points], [y for _x, y in points]
        return (
            min(side, max(0, math.floor((min(xs) - reach) * self._scale) - 1)),
            min(side, max(0, math.floor((min(ys) - reach) * self._scale) - 1)),
            max(0, min(side, math.ceil((max(xs) + reach) * self._scale) + 1)),
            max(0, min(side, math.ceil((max(ys) + reach) * self._scale) + 1)),
        )

    def _put(
        self,
        mask: Image.Image,
        box: Box,
        base: Colour,
        *,
        alpha: float,
        within: Sequence[Point] | None,
    ) -> None:
        if within is not None:
            outer, inner = self._mask(within)
            clip = Image.new("L", mask.size, 0)
            if inner is not None:
                clip.paste(inner, (outer[0] - box[0], outer[1] - box[1]))
            mask = ImageChops.multiply(mask, clip)
        self.image.paste(base, box[:2], mask.point(lambda value: int(value * alpha)))

    def _mask(self, points: Sequence[Point]) -> tuple[Box, Image.Image | None]:
        box = left, top, right, bottom = self._bounds(points, 0)
        if right <= left or bottom <= top:
            return box, None
        fine = Image.new("L", ((right - left) * _FINE, (bottom - top) * _FINE), 0)
        scale = self._scale
        corners = [((x * scale - left) * _FINE, (y * scale - top) * _FINE) for x, y in points]
        ImageDraw.Draw(fine).polygon(corners, fill=255)
        return box, fine.reduce(_FINE)

    def _soften(self, mask: Image.Image, soft: float) -> Image.Image:
        """Blur on a coarser copy, which nobody can tell from the real thing."""
        # A rim around it, so that the outside counts as outside.
        rim = round(soft * self._scale * 2)
        wide = Image.new("L", (mask.width + 2 * rim, mask.height + 2 * rim), 0)
        wide.paste(mask, (rim, rim))
        step = 2 if soft < 14 else 3  # noqa: PLR2004  thousandths of the side
        small = wide.reduce(step).filter(ImageFilter.GaussianBlur(soft * self._scale / step))
        back = small.resize(wide.size, Image.Resampling.BILINEAR)
        return back.crop((rim, rim, rim + mask.width, rim + mask.height))


def _slope(size: tuple[int, int], start: Colour, end: Colour, angle: float) -> Image.Image:
    """Return a gradient from one colour to another."""
    base = Image.linear_gradient("L").rotate(90 - angle, Image.Resampling.BILINEAR)
    ramp = base.crop((44, 44, 212, 212)).resize(size)
    return Image.composite(Image.new("RGB", size, end), Image.new("RGB", size, start), ramp)


def _round(size: tuple[int, int], at: Point, reach: float) -> Image.Image:
    """Return how far each pixel is from a place: 0 there, 255 at the reach."""
    width, height = size
    across, down = max(2, round(width * reach * 2)), max(2, round(height * reach * 2))
    left, top = round(across / 2 - width * at[0]), round(down / 2 - height * at[1])
    whole = Image.new("L", size, 255)
    whole.paste(Image.radial_gradient("L").resize((across, down)), (-left, -top))
    return whole


def _dashes(line: Sequence[Point], length: float) -> list[Points]:
    pieces: list[Points] = []
    piece: Points = []
    run, is_drawn = 0.0, True
    for start, end in pairwise(line):
        far = math.dist(start, end)
        steps = max(1, round(far / (length / 3)))
        for step in range(steps):
            share = step / steps
            at = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
            if is_drawn:
                piece.append(at)
            run += far / steps
            if run >= length:
                if len(piece) > 1:
                    pieces.append(piece)
                piece, run, is_drawn = [], 0.0, not is_drawn
    if len(piece) > 1:
        pieces.append(piece)
    return pieces
