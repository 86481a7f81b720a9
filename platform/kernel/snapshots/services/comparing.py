"""Takes what a shop has, and compares it with what a template says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kernel.snapshots.contract import Content, Files, Piece, digest_of
from kernel.snapshots.models import AppliedPiece
from kernel.snapshots.registry import every_part, part_with


class Kind(StrEnum):
    """How a thing of a template stands to the shop.

    ``own`` was changed by the shop as well; ``gone`` was brought and then taken away
    by the shop; ``dropped`` was brought, and the template has it no more.
    """

    NEW = "new"
    CHANGED = "changed"
    OWN = "own"
    GONE = "gone"
    DROPPED = "dropped"
    SAME = "same"


CHOSEN = frozenset({Kind.NEW, Kind.CHANGED})
"""What is brought unless somebody says otherwise: nothing that the shop has made its own."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing, here and in the template; None where there is no such thing."""

    part: str
    key: str
    label: str
    kind: Kind
    here: Content | None
    there: Content | None

    @property
    def is_chosen(self) -> bool:
        """Whether it is brought unless somebody says otherwise."""
        return self.kind in CHOSEN


Carried = Mapping[str, Sequence[Piece]]
"""Pieces by the code of their part."""


def take(
    codes: Sequence[str], files: Files | None, *, keys: Collection[str] | None = None
) -> dict[str, list[Piece]]:
    """Return what the current shop has of some parts, files included unless there are none.

    Args:
        codes: of the parts.
        files: where files are put; None when nothing but contents is wanted.
        keys: only these things; None for all.
    """
    return {
        part.code: list(part.pieces(files, keys)) for part in every_part() if part.code in codes
    }


def compare(source_id: UUID, carried: Carried) -> list[Difference]:
    """Return how a template's version differs from the current shop, in the order of parts.

    Three states are compared: what the template says, what the shop has, and what was
    brought into the shop before. A thing counts as the shop's own when the shop
    changed it after it was brought, or had it by itself.
    """
    brought = brought_before(source_id)
    found: list[Difference] = []
    for part in every_part():
        if part.code not in carried:
            continue
        here = {piece.key: piece for piece in part.pieces(None)}
        there = {piece.key: piece for piece in carried[part.code]}
        for key, piece in there.items():
            kind = _kind(here.get(key), piece, brought.get((part.code, key)))
            mine = here[key].content if key in here else None
            found.append(Difference(part.code, key, piece.label, kind, mine, piece.content))
        found += [
            Difference(code, key, here[key].label, Kind.DROPPED, here[key].content, None)
            for (code, key), base in brought.items()
            if code == part.code and key not in there and key in here
            if digest_of(here[key].content) == base.here
        ]
    return found


@dataclass(frozen=True, slots=True)
class Base:
    """Digests of a thing when it was brought: as the template said it, and as the shop had it.

    They differ where a shop says the same in other words.
    """

    there: str
    here: str


def brought_before(source_id: UUID) -> dict[tuple[str, str], Base]:
    """Return what the shop has from a template, by part and key."""
    rows = (
        AppliedPiece.objects.filter(application__source_id=source_id, fault={}, is_undone=False)
        .order_by("application__applied_at", "id")
        .values_list("part", "key", "digest", "after")
    )
    latest = {(part, key): (digest, after) for part, key, digest, after in rows}
    return {
        place: Base(digest, digest_of(after))
        for place, (digest, after) in latest.items()
        if digest and after is not None
    }


def unknown_parts(carried: Carried) -> list[str]:
    """Return the parts of a version that this release does not have."""
    return [code for code in carried if part_with(code) is None]


def _kind(here: Piece | None, there: Piece, base: Base | None) -> Kind:
    wanted = digest_of(there.content)
    if here is None:
        return Kind.GONE if base else Kind.NEW
    present = digest_of(here.content)
    if present == wanted:
        return Kind.SAME
    if base is None:
        return Kind.OWN
    if base.there == wanted:
        # What differs is the shop's, or said in its words.
        return Kind.SAME
    return Kind.CHANGED if present == base.here else Kind.OWN
