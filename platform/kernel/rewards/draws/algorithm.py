"""How a draw comes about: from a seed that was committed to, and from nothing else.

The same steps stand in ``recompute_draw.py``, which needs nothing of this package.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from math import erfc, exp, gamma, sqrt
from typing import Any, Final

MILLION: Final = 1_000_000
_LEAST_EXPECTED: Final = 5


def commitment_to(seed: bytes) -> str:
    """Return what is published of a seed before anybody enters."""
    return hashlib.sha256(seed).hexdigest()


def first_link(commitment: str, terms: Mapping[str, Any]) -> str:
    """Return the head of the chain of entries: it fixes seed and terms."""
    text = json.dumps(terms, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{commitment}:{text}".encode()).hexdigest()


def next_link(link: str, ticket: str, holder: str) -> str:
    """Return the link of an entry: it fixes this entry and all before it."""
    return hashlib.sha256(f"{link}:{ticket}:{holder}".encode()).hexdigest()


def roll(seed: bytes, text: str) -> int:
    """Return 64 bits that nobody can know without the seed."""
    return int.from_bytes(hmac.digest(seed, text.encode(), "sha256")[:8], "big")


def outcome(seed: bytes, number: int, chances: Sequence[int]) -> int | None:
    """Return the place of the prize that an instant entry hits; None for none.

    Args:
        seed: of the draw.
        number: of the entry.
        chances: in a million, prize by prize.
    """
    point = roll(seed, str(number)) * MILLION >> 64
    for place, chance in enumerate(chances):
        point -= chance
        if point < 0:
            return place
    return None


def instant_wins(seed: bytes, entries: int, prizes: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Return prize by number for all entries of an instant draw, as far as prizes last."""
    left = [int(prize["quantity"]) for prize in prizes]
    chances = [int(prize["chance"]) for prize in prizes]
    wins: dict[int, int] = {}
    for number in range(1, entries + 1):
        place = outcome(seed, number, chances)
        if place is not None and left[place]:
            left[place] -= 1
            wins[number] = place
    return wins


def ranked_wins(
    seed: bytes, link: str, holders: Sequence[str], prizes: Sequence[Mapping[str, Any]]
) -> dict[int, int]:
    """Return prize by number for the winners of a ranked draw; everybody wins once at most."""
    numbers = sorted(
        range(1, len(holders) + 1), key=lambda number: (roll(seed, f"{link}:{number}"), number)
    )
    places = [place for place, prize in enumerate(prizes) for _ in range(int(prize["quantity"]))]
    wins: dict[int, int] = {}
    lucky: set[str] = set()
    for number in numbers:
        if len(wins) == len(places):
            break
        if holders[number - 1] not in lucky:
            lucky.add(holders[number - 1])
            wins[number] = places[len(wins)]
    return wins


def unlikely(observed: Sequence[int], chances: Sequence[float]) -> float:
    """Return how likely it is to be as far from the chances as what was observed (χ²).

    Cells with fewer than five expected are put together; with one cell left there is
    nothing to tell, and the answer is 1.
    """
    total = sum(observed)
    cells: list[list[float]] = [[0.0, 0.0]]
    for seen, chance in sorted(zip(observed, chances, strict=True), key=lambda one: one[1]):
        if cells[-1][1] >= _LEAST_EXPECTED:
            cells.append([0.0, 0.0])
        cells[-1][0] += seen
        cells[-1][1] += chance * total
    if len(cells) > 1 and cells[-1][1] < _LEAST_EXPECTED:
        last = cells.pop()
        cells[-1] = [cells[-1][0] + last[0], cells[-1][1] + last[1]]
    if len(cells) < 2:  # noqa: PLR2004  one cell is always full
        return 1.0
    distance = sum((seen - expected) ** 2 / expected for seen, expected in cells if expected)
    return _tail(distance, len(cells) - 1)


def _tail(distance: float, freedom: int) -> float:
    """Return the upper tail of the χ² distribution, in its closed form."""
    half = distance / 2
    if freedom % 2 == 0:
        term = total = exp(-half)
        for step in range(1, freedom // 2):
            term *= half / step
            total += term
        return total
    total = erfc(sqrt(half))
    for step in range(freedom // 2):
        total += exp(-half) * half ** (step + 0.5) / gamma(step + 1.5)
    return total
