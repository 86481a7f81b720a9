"""Delivery in the same city: by distance, and by weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from kernel.shipping.places import Point, Where, point_of

_KILO: Final = 1000


@dataclass(frozen=True, slots=True)
class Band:
    """A ring around the store.

    Attributes:
        up_to_m: how far it reaches, in metres.
        least_minor: goods must be worth so much.
        free_from_minor: from so much on it is free; None for never.
    """

    up_to_m: int
    fee_minor: int
    least_minor: int = 0
    free_from_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Nearby:
    """What a way in the same city costs.

    Attributes:
        latitude, longitude: of the store.
        bands: the nearest first; nothing is brought beyond the last.
        districts: how far regions are, in metres, for addresses without coordinates.
        included_grams: how heavy a parcel may be at the plain price; None for any weight.
        kilo_minor: for each kilogram more, or part of one.
    """

    latitude: float | None = None
    longitude: float | None = None
    bands: tuple[Band, ...] = ()
    districts: Mapping[str, int] = field(default_factory=dict)
    included_grams: int | None = None
    kilo_minor: int = 0

    @property
    def store(self) -> Point | None:
        """Where it is brought from."""
        if self.latitude is None or self.longitude is None:
            return None
        return point_of(self.latitude, self.longitude)

    def metres_to(self, where: Where) -> int | None:
        """Return how far a place is; None when that is not known."""
        if self.store is not None and where.point is not None:
            return self.store.metres_to(where.point)
        return next((self.districts[code] for code in where.path if code in self.districts), None)

    def band_at(self, metres: int) -> Band | None:
        """Return the ring of a distance; None beyond the last."""
        return next((band for band in self.bands if metres <= band.up_to_m), None)

    def weighed(self, grams: int) -> int:
        """Return what the weight costs."""
        over = 0 if self.included_grams is None else max(grams - self.included_grams, 0)
        return -(-over // _KILO) * self.kilo_minor

    def data(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {**asdict(self), "bands": [asdict(band) for band in self.bands]}


def nearby_of(data: Mapping[str, Any]) -> Nearby:
    """Return what was stored."""
    return Nearby(**{**data, "bands": tuple(Band(**band) for band in data.get("bands", ()))})
