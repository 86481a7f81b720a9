"""Files as the console shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kernel.media.choices import AssetKind, AssetState, Fit
from kernel.media.links import Frame, frame_link
from kernel.media.models import Asset, AssetUse
from kernel.media.selectors import link
from kernel.media.services import room_limit, room_taken

_WIDTH: Final = 1600


@dataclass(frozen=True, slots=True)
class Tile:
    """A file in the grid.

    Attributes:
        picture: link to a small picture; empty for what is none.
        ending: stands in its place.
        is_used: something shows it.
        link: lasts, for texts.
    """

    row: Asset
    picture: str
    ending: str
    is_used: bool
    link: str


@dataclass(frozen=True, slots=True)
class RoomShown:
    """How much room files take."""

    taken: int
    limit: int

    @property
    def is_short(self) -> bool:
        """Tell whether nine tenths are taken."""
        return self.taken * 10 >= self.limit * 9


def tiles(rows: Sequence[Asset]) -> list[Tile]:
    """Return files as a grid shows them; one query."""
    keys = [row.pk for row in rows]
    used = set(AssetUse.objects.filter(asset__in=keys).values_list("asset_id", flat=True))
    return [
        Tile(row, picture_of(row), _ending(row), row.pk in used, lasting_link(row)) for row in rows
    ]


def lasting_link(row: Asset) -> str:
    """Return a link to a picture for texts; empty for what is none."""
    if row.kind != AssetKind.IMAGE:
        return ""
    return frame_link(row.pk, Frame(_WIDTH, _WIDTH, Fit.WIDE))


def picture_of(row: Asset, width: int = 480) -> str:
    """Return a link to a picture of a file; empty while there is none."""
    is_shown = row.kind == AssetKind.IMAGE and row.state == AssetState.READY
    return link(row, width) if is_shown else ""


def room() -> RoomShown:
    """Return how much room there is, and how much of it is taken."""
    return RoomShown(room_taken(), room_limit())


def _ending(row: Asset) -> str:
    return row.name.rpartition(".")[2].upper()
