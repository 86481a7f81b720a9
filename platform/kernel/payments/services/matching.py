"""Finds the disagreements between two lists; nothing here reads or writes rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kernel.payments.choices import DifferenceKind, LineKind
from kernel.payments.models import StatementRow


@dataclass(frozen=True, slots=True)
class Booked:
    """Something that our books say a gateway moved; negative for what went back."""

    kind: LineKind
    number: str
    gateway_ref: str
    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Found:
    """One disagreement, in minor units; None for a side that has nothing."""

    kind: DifferenceKind
    line_kind: str
    subject: str
    currency: str
    ours: int | None
    theirs: int | None


# Of a dispute our books know nothing: each is for people to look at.
_COMPARED: Final = frozenset({LineKind.PAYMENT, LineKind.REFUND, LineKind.DISPUTE})


def compare(
    rows: Sequence[StatementRow],
    ours: Iterable[Booked],
    *,
    known: Iterable[Booked],
    elsewhere: frozenset[tuple[str, str]],
) -> list[Found]:
    """Return where a day's statement and our books disagree.

    Args:
        rows: the statement; lines about other things are left out.
        ours: what we booked on the day; each must have a line.
        known: what we booked on any day; each line must have one.
        elsewhere: kind and number, or reference, of lines of the days beside it.
    """
    lines = [row for row in rows if row.kind in _COMPARED]
    booked = _by_name([*known])
    seen: set[tuple[str, str]] = set()
    found: list[Found] = []
    for line in lines:
        match = booked.get((line.kind, line.number)) or booked.get((line.kind, line.gateway_ref))
        if difference := _difference(line, match, seen):
            found.append(difference)
        if match is not None:
            seen.add((line.kind, match.number))
    names = {(line.kind, line.number) for line in lines} | {
        (line.kind, line.gateway_ref) for line in lines if line.kind == LineKind.PAYMENT
    }
    for mine in ours:
        keys = {(mine.kind, mine.number), (mine.kind, mine.gateway_ref)}
        if not keys & names and not keys & elsewhere:
            found.append(
                Found(
                    DifferenceKind.OURS_ONLY,
                    mine.kind,
                    mine.number,
                    mine.currency,
                    mine.minor,
                    None,
                )
            )
    return found


def _by_name(booked: Iterable[Booked]) -> dict[tuple[str, str], Booked]:
    by_name: dict[tuple[str, str], Booked] = {}
    for each in booked:
        by_name[each.kind, each.number] = each
        if each.kind == LineKind.PAYMENT and each.gateway_ref:
            by_name[each.kind, each.gateway_ref] = each
    return by_name


def _difference(
    line: StatementRow, match: Booked | None, seen: set[tuple[str, str]]
) -> Found | None:
    subject = line.number or line.gateway_ref or line.ref
    if match is None:
        kind, ours = DifferenceKind.THEIRS_ONLY, None
    elif (line.kind, match.number) in seen:
        kind, ours = DifferenceKind.DUPLICATE, match.minor
        subject = line.ref
    elif match.currency != line.currency:
        kind, ours = DifferenceKind.CURRENCY, match.minor
    elif match.minor != line.gross_minor:
        kind, ours = DifferenceKind.AMOUNT, match.minor
    else:
        return None
    return Found(kind, line.kind, subject, line.currency, ours, line.gross_minor)
