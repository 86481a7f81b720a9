"""Keeps the places that stock stands at."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.inventory.choices import LocationKind
from kernel.inventory.errors import InvalidLocation, LocationCodeTaken, UnknownStock
from kernel.inventory.models import Location

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
# As addresses have them: divisions of China by number, elsewhere a country and its part.
_REGION: Final = re.compile(r"|[0-9]{6}|[0-9]{9}|[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)
_LONGEST: Final = {"name": 80, "region_code": 12, "address": 300}
_LAST_PRIORITY: Final = 32_767
_CHANGEABLE: Final = frozenset({"name", "kind", "priority", "region_code", "address", "is_active"})


def default_location() -> Location:
    """Return the active location that comes first; a shop without any gets a warehouse."""
    found = Location.objects.filter(is_active=True).order_by("priority", "id").first()
    if found is not None:
        return found
    return Location.objects.get_or_create(code="main", defaults={"name": _("Main warehouse")})[0]


@transaction.atomic
def create_location(
    *,
    code: str,
    name: str,
    kind: str = LocationKind.WAREHOUSE,
    priority: int = 100,
    region_code: str = "",
    address: str = "",
    actor: Actor,
) -> Location:
    """Open a location.

    Raises:
        InvalidLocation: a particular cannot be used.
        LocationCodeTaken: another location has the code.
    """
    if not _CODE.fullmatch(code):
        raise InvalidLocation(field="code")
    particulars = _checked(
        {
            "name": name,
            "kind": kind,
            "priority": priority,
            "region_code": region_code,
            "address": address,
        }
    )
    try:
        with transaction.atomic():
            place = Location.objects.create(code=code, **particulars)
    except IntegrityError as error:
        raise LocationCodeTaken(location=code) from error
    record(
        action="inventory.location_created",
        actor=actor,
        obj=place,
        after={"code": code} | particulars,
    )
    return place


@transaction.atomic
def change_location(location_id: UUID, *, actor: Actor, **changes: object) -> Location:
    """Change some of a location's particulars.

    Raises:
        UnknownStock: there is no such location.
        InvalidLocation: a particular is unknown or cannot be used.
    """
    particulars = _checked(changes)
    place = Location.objects.select_for_update(no_key=True).filter(pk=location_id).first()
    if place is None:
        raise UnknownStock
    before = {name: getattr(place, name) for name in particulars}
    changed = {name: value for name, value in particulars.items() if value != before[name]}
    if not changed:
        return place
    for name, value in changed.items():
        setattr(place, name, value)
    place.save(update_fields=list(changed))
    record(
        action="inventory.location_changed",
        actor=actor,
        obj=place,
        before={name: before[name] for name in changed},
        after=changed,
    )
    return place


def _checked(particulars: dict[str, object]) -> dict[str, object]:
    for name, value in particulars.items():
        if name not in _CHANGEABLE or not _fits(name, value):
            raise InvalidLocation(field=name[:40])
    return particulars


def _fits(name: str, value: object) -> bool:
    if name == "is_active":
        return isinstance(value, bool)
    if name == "priority":
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return is_number and 0 <= value <= _LAST_PRIORITY  # type: ignore[operator]  # a number
    if not isinstance(value, str) or "\x00" in value:
        return False
    if name == "kind":
        return value in LocationKind.values
    if name == "region_code":
        return _REGION.fullmatch(value) is not None
    return len(value) <= _LONGEST[name] and (name != "name" or bool(value.strip()))
