"""What can be asked about draws: how they stand, the public file, whether they are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kernel.rewards.draws.algorithm import (
    MILLION,
    commitment_to,
    first_link,
    instant_wins,
    next_link,
    outcome,
    ranked_wins,
    unlikely,
)
from kernel.rewards.draws.choices import Kind, Standing
from kernel.rewards.draws.models import Draw, Entry, Reveal, Stop, Win

SCRIPT: Final = Path(__file__).parent / "recompute_draw.py"
"""Recomputes a draw from its public file, with Python alone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A draw and how it stands."""

    draw: Draw
    standing: Standing
    reveal: Reveal | None
    stop: Stop | None
    entries: int


@dataclass(frozen=True, slots=True)
class Audit:
    """Whether what is stored of a revealed draw is what its seed gives.

    Attributes:
        likelihood: of being as far from the published chances by luck alone.
    """

    seed_fits: bool
    chain_fits: bool
    wins_fit: bool
    likelihood: float

    @property
    def is_right(self) -> bool:
        """Whether all of it is as it was computed."""
        return self.seed_fits and self.chain_fits and self.wins_fit


def shown(rows: Sequence[Draw], *, now: datetime) -> list[Shown]:
    """Return how draws stand; three queries."""
    ids = [row.pk for row in rows]
    reveals = {row.draw_id: row for row in Reveal.objects.filter(draw__in=ids)}
    stops = {row.draw_id: row for row in Stop.objects.filter(draw__in=ids)}
    counted = Entry.objects.filter(draw__in=ids).values_list("draw").annotate(of=Count("id"))
    entries = dict(counted)
    return [
        Shown(
            row,
            _standing(row, reveals.get(row.pk), stops.get(row.pk), now),
            reveals.get(row.pk),
            stops.get(row.pk),
            entries.get(row.pk, 0),
        )
        for row in rows
    ]


def _standing(row: Draw, reveal: Reveal | None, stop: Stop | None, now: datetime) -> Standing:
    if stop is not None:
        return Standing.STOPPED
    if reveal is not None:
        return Standing.REVEALED
    if now < row.opens_at:
        return Standing.COMING
    return Standing.OPEN if now < row.closes_at else Standing.CLOSED


def draw_of(draw_id: UUID, *, now: datetime) -> Shown | None:
    """Return a draw and how it stands."""
    row = Draw.objects.filter(pk=draw_id).first()
    return None if row is None else shown([row], now=now)[0]


def all_draws() -> QuerySet[Draw]:
    """Return all draws, the newest first."""
    return Draw.objects.order_by("-id")


def entries_of(draw: Draw, member_id: UUID) -> list[tuple[Entry, Win | None]]:
    """Return a member's entries in a draw, and what each has won."""
    rows = list(Entry.objects.filter(draw=draw, member=member_id).order_by("number"))
    wins = {
        win.number: win
        for win in Win.objects.filter(draw=draw, number__in=[row.number for row in rows])
    }
    return [(row, wins.get(row.number)) for row in rows]


def wins_of(draw: Draw) -> QuerySet[Win]:
    """Return what was won in a draw, prize by prize."""
    return Win.objects.filter(draw=draw).order_by("prize", "number")


def public_file(one: Shown) -> dict[str, Any]:
    """Return all that is needed to recompute a draw; it says of nobody who he is.

    Before the end it has the commitment, the terms and the links of the entries so far.
    """
    draw, reveal = one.draw, one.reveal
    rows = Entry.objects.filter(draw=draw).order_by("number")
    found: dict[str, Any] = {
        "draw": draw.public_id,
        "titles": draw.titles,
        "terms": draw.terms,
        "commitment": draw.commitment,
        "published": draw.published_at.isoformat(),
        "opens": draw.opens_at.isoformat(),
        "closes": draw.closes_at.isoformat(),
        "standing": str(one.standing),
        "entries": [list(row) for row in rows.values_list("ticket", "holder")],
        "seed": bytes(reveal.seed).hex() if reveal else None,
        "chain": reveal.chain if reveal else None,
        "wins": {str(win.number): win.prize for win in Win.objects.filter(draw=draw)},
    }
    if one.stop is not None:
        found["stopped"] = {"reason": one.stop.reason, "at": one.stop.stopped_at.isoformat()}
    return found


def audit(one: Shown, *, seed: bytes) -> Audit:
    """Recompute a draw and compare with what is stored.

    Args:
        one: a draw; of a ranked one that is not revealed nothing may be won yet.
        seed: as it was told, or as it lies sealed while the draw goes on.
    """
    draw, reveal = one.draw, one.reveal
    entries = list(Entry.objects.filter(draw=draw).order_by("number"))
    link, is_chained = first_link(draw.commitment, draw.terms), True
    for place, entry in enumerate(entries, 1):
        link = next_link(link, entry.ticket, entry.holder)
        is_chained = is_chained and entry.link == link and entry.number == place
    stored = dict(Win.objects.filter(draw=draw).values_list("number", "prize"))
    if draw.kind == Kind.INSTANT:
        wins = instant_wins(seed, len(entries), draw.prizes)
    else:
        is_drawn = reveal is not None and not reveal.is_void
        holders = [entry.holder for entry in entries]
        wins = ranked_wins(seed, link, holders, draw.prizes) if is_drawn else {}
    return Audit(
        seed_fits=commitment_to(seed) == draw.commitment,
        chain_fits=is_chained
        and (reveal is None or (link, len(entries)) == (reveal.chain, reveal.entries)),
        wins_fit=wins == stored,
        likelihood=_likelihood(draw, seed, len(entries), stored),
    )


def _likelihood(draw: Draw, seed: bytes, entries: int, stored: dict[int, int]) -> float:
    """Compare what was won with the chances, or how winners lie over the numbers."""
    if draw.kind == Kind.RANKED:
        cells = [0] * 10
        for number in stored:
            cells[(number - 1) * 10 // max(entries, 1)] += 1
        return unlikely(cells, [0.1] * 10) if entries >= 100 else 1.0  # noqa: PLR2004
    chances = [int(prize["chance"]) for prize in draw.prizes]
    seen = [0] * (len(chances) + 1)
    left = [int(prize["quantity"]) for prize in draw.prizes]
    for number in range(1, entries + 1):
        place = stored.get(number)
        hit = outcome(seed, number, chances)
        if place is None and hit is not None and left[hit] <= 0:
            place = hit  # hit a prize of which nothing was left
        seen[-1 if place is None else place] += 1
        if place is not None:
            left[place] -= 1
    nothing = MILLION - sum(chances)
    return unlikely(seen, [chance / MILLION for chance in [*chances, nothing]])


def open_draws(*, now: datetime) -> QuerySet[Draw]:
    """Return the draws that take entries now, those that close first in front."""
    stopped = Stop.objects.values("draw")
    rows = Draw.objects.filter(Q(opens_at__lte=now), closes_at__gt=now).exclude(pk__in=stopped)
    return rows.order_by("closes_at", "pk")
