"""Outlines: points on a field of 1000 by 1000, from paths as SVG writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias

Point: TypeAlias = tuple[float, float]
Points: TypeAlias = list[Point]

MIDDLE: Final = 500.0
_TOKEN: Final = re.compile(r"[MLCQZ]|-?\d+(?:\.\d+)?")
_NUMBERS: Final = {"M": 2, "L": 2, "Q": 4, "C": 6}
_STEPS: Final = 14


def path(text: str) -> Points:
    """Return the points of a path of the commands M, L, Q, C and Z, all absolute."""
    points: Points = []
    command, numbers = "M", list[float]()
    for token in _TOKEN.findall(text):
        if token in _NUMBERS or token == "Z":  # noqa: S105  a command of a path
            command = token
            continue
        numbers.append(float(token))
        if len(numbers) == _NUMBERS[command]:
            _extend(points, numbers)
            numbers = []
    return points


def half(text: str) -> Points:
    """Return an outline whose right half is the path, and whose left half is its mirror."""
    right = path(text)
    return right + [(2 * MIDDLE - x, y) for x, y in reversed(right)]


def mirror(points: Sequence[Point]) -> Points:
    """Return the points as a mirror in the middle shows them."""
    return [(2 * MIDDLE - x, y) for x, y in points]


def ellipse(x: float, y: float, across: float, down: float, turn: float = 0) -> Points:
    """Return an ellipse by its middle, its radii, and by how many degrees it is turned."""
    return moved(
        [
            (across * math.cos(math.tau * step / 72), down * math.sin(math.tau * step / 72))
            for step in range(72)
        ],
        x,
        y,
        turn=turn,
    )


def moved(
    points: Sequence[Point], x: float, y: float, *, turn: float = 0, size: float = 1
) -> Points:
    """Return points around 0, 0 turned, sized and brought to a place."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return [(x + size * (a * cos - b * sin), y + size * (a * sin + b * cos)) for a, b in points]


def smooth(corners: Sequence[Point], *, closed: bool = True) -> Points:
    """Return a soft line through all the corners."""
    count = len(corners)
    points: Points = []
    for index in range(count if closed else count - 1):
        if closed:
            near = [corners[(index + shift) % count] for shift in (-1, 0, 1, 2)]
        else:
            near = [corners[min(max(index + shift, 0), count - 1)] for shift in (-1, 0, 1, 2)]
        points += [_between(near, step / _STEPS) for step in range(_STEPS)]
    return points if closed else [*points, corners[-1]]


def _between(near: Sequence[Point], at: float) -> Point:
    before, start, end, after = near
    found = []
    for axis in (0, 1):
        a, b, c, d = before[axis], start[axis], end[axis], after[axis]
        found.append(
            0.5
            * (
                2 * b
                + (c - a) * at
                + (2 * a - 5 * b + 4 * c - d) * at**2
                + (3 * b - a - 3 * c + d) * at**3
            )
        )
    return found[0], found[1]


def _extend(points: Points, numbers: Sequence[float]) -> None:
    ends = list(zip(numbers[::2], numbers[1::2], strict=True))
    if len(ends) == 1:
        points.append(ends[0])
        return
    corners = [points[-1], *ends]
    for step in range(1, _STEPS + 1):
        points.append(_bezier(corners, step / _STEPS))


def _bezier(corners: Sequence[Point], at: float) -> Point:
    row = list(corners)
    while len(row) > 1:
        row = [(a[0] + (b[0] - a[0]) * at, a[1] + (b[1] - a[1]) * at) for a, b in pairwise(row)]
    return row[0]
