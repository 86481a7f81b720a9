"""Where something is brought, as freight knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

from django.utils.translation import get_language

from kernel.members.regions import HOME, current_code, enclosing, path_of, written
from kernel.members.states import state_of

EVERYWHERE: Final = "*"
PLACING: Final = ("country", "region_code", "latitude", "longitude")
"""The parts of an address by which templates and distances are chosen."""

ASKED_BY_CARRIERS: Final = ("city", "postcode")
"""What carriers want to know besides."""

_EARTH_METRES: Final = 6_371_009
_FARTHEST: Final = (90, 180)
_FOREIGN: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the earth, in degrees."""

    latitude: float
    longitude: float

    def metres_to(self, other: Point) -> int:
        """Return how far it is as the crow flies."""
        north, east = radians(self.latitude), radians(self.longitude)
        to_north, to_east = radians(other.latitude), radians(other.longitude)
        half = sin((to_north - north) / 2) ** 2
        half += cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
        return round(2 * _EARTH_METRES * asin(min(1.0, sqrt(half))))


@dataclass(frozen=True, slots=True)
class Where:
    """A place that something is brought to, as far as it is known.

    Attributes:
        country: ISO 3166-1; empty while unknown.
        code: of the smallest division that is known; empty while none is.
        path: the division and all that it is part of, the smallest first.
        point: None when nobody said.
        city, postcode: as they were written, for carriers.
    """

    country: str = ""
    code: str = ""
    path: tuple[str, ...] = ()
    point: Point | None = None
    city: str = ""
    postcode: str = ""

    @property
    def smallest(self) -> str:
        """The smallest part that is known; empty for nothing."""
        return self.path[0] if self.path else ""

    @property
    def is_whole(self) -> bool:
        """Whether no smaller division has to be chosen any more."""
        path = path_of(self.code) if self.code.isdigit() else []
        return not path[-1].has_parts if path else bool(self.country and self.country != HOME)

    def name(self) -> str:
        """Return how people write it."""
        return region_name(self.smallest) if self.path else ""


def where_of(address: Mapping[str, str]) -> Where:
    """Return what freight needs of an address, see `kernel.checkout.baskets.Basket`."""
    country, code = address.get("country", ""), address.get("region_code", "")
    point = point_of(address.get("latitude", ""), address.get("longitude", ""))
    written_as = {"city": address.get("city", ""), "postcode": address.get("postcode", "")}
    if code:
        path = enclosing(code)
        # A code of one country with the name of another: the country is what counts.
        if not country or path[-1] == country:
            return Where(path[-1], path[0], path, point, **written_as)
    return Where(country, "", (country,) if country else (), point, **written_as)


def point_of(latitude: object, longitude: object) -> Point | None:
    """Read coordinates; None for what are none."""
    try:
        found = Point(float(str(latitude)), float(str(longitude)))
    except ValueError:
        return None
    is_there = abs(found.latitude) <= _FARTHEST[0] and abs(found.longitude) <= _FARTHEST[1]
    return found if is_there else None


def region_name(code: str) -> str:
    """Return how people write a region; a country by its letters."""
    state = state_of(code)
    if state is not None:
        return f"{state.name_in(get_language() or '')} ({code})"
    return written(code) or code


def short_name(code: str) -> str:
    """Return the name of a region without what it is part of."""
    path = path_of(code)
    return path[-1].name if path else code


def is_region(code: str) -> bool:
    """Tell whether a template may name a region."""
    return bool(path_of(code)) if code.isdigit() else _FOREIGN.fullmatch(code) is not None


def canonical(code: str) -> str:
    """Return the code by which a region is compared with others."""
    return current_code(code) if code.isdigit() else code
