"""Keeps members' addresses; one of them is where things go by default."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.members.errors import InvalidAddress, NotKept, TooMany
from kernel.members.models import Address, Member
from kernel.members.normal import normal_phone, shown_text
from kernel.members.regions import HOME, path_of, written
from kernel.members.states import state_of, states_of

MOST_ADDRESSES: Final = 50
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_SUBDIVISION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_DEGREES: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,7})?", re.ASCII)
_FARTHEST: Final = {"latitude": 90, "longitude": 180}
_POSTCODE: Final = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,14}[A-Z0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """An address as somebody wrote it.

    Attributes:
        country: ISO 3166-1, two letters.
        region_code: in China of the smallest division (GB/T 2260); elsewhere
            ISO 3166-2, or empty.
        latitude, longitude: in degrees; both, or neither.
    """

    name: str
    phone: str
    line: str
    country: str = HOME
    region_code: str = ""
    city: str = ""
    postcode: str = ""
    latitude: str = ""
    longitude: str = ""


def addresses_of(member_id: UUID) -> QuerySet[Address]:
    """Return a member's addresses, the default first, then the latest."""
    return Address.objects.filter(member_id=member_id).order_by("-is_default", "-created_at", "-id")


@transaction.atomic
def add_address(
    member_id: UUID, place: Place, *, is_default: bool = False, now: datetime
) -> Address:
    """Keep one address more; the first one is the default.

    Raises:
        InvalidAddress: nothing can be sent there.
        TooMany: fifty are kept already.
    """
    columns = _checked(place)
    _lock(member_id)
    kept = Address.objects.filter(member_id=member_id)
    count = kept.count()
    if count >= MOST_ADDRESSES:
        raise TooMany(limit=MOST_ADDRESSES)
    if is_default:
        kept.filter(is_default=True).update(is_default=False)
    return Address.objects.create(
        member_id=member_id,
        is_default=is_default or count == 0,
        created_at=now,
        updated_at=now,
        **columns,
    )


@transaction.atomic
def change_address(
    member_id: UUID, address_id: UUID, place: Place, *, is_default: bool, now: datetime
) -> Address:
    """Change an address. The default stays the default until another one is.

    Raises:
        InvalidAddress: nothing can be sent there.
        NotKept: it is not his.
    """
    columns = _checked(place)
    _lock(member_id)
    address = _own(member_id, address_id)
    if is_default and not address.is_default:
        Address.objects.filter(member_id=member_id, is_default=True).update(is_default=False)
    for column, value in columns.items():
        setattr(address, column, value)
    address.is_default = is_default or address.is_default
    address.updated_at = now
    address.save()
    return address


@transaction.atomic
def remove_address(member_id: UUID, address_id: UUID) -> None:
    """Forget an address; the latest of the others takes the place of the default.

    Raises:
        NotKept: it is not his.
    """
    _lock(member_id)
    address = _own(member_id, address_id)
    address.delete()
    if address.is_default and (heir := addresses_of(member_id).first()):
        heir.is_default = True
        heir.save(update_fields=["is_default"])


def written_address(place: Place) -> dict[str, str]:
    """Return an address as orders keep it, of somebody who has no address book.

    Raises:
        InvalidAddress: nothing can be sent there.
    """
    return _checked(place)


def _own(member_id: UUID, address_id: UUID) -> Address:
    address = Address.objects.filter(pk=address_id, member_id=member_id).first()
    if address is None:
        raise NotKept
    return address


def _lock(member_id: UUID) -> None:
    Member.objects.select_for_update(no_key=True).get(pk=member_id)


def _checked(place: Place) -> dict[str, str]:
    country = place.country.strip().upper()
    if not _COUNTRY.fullmatch(country):
        raise _invalid("country", _("A country is expected, as two letters."))
    phone = normal_phone(place.phone)
    if not phone:
        raise _invalid("phone", _("This is no telephone number."))
    postcode = place.postcode.strip().upper()
    if postcode and not _POSTCODE.fullmatch(postcode):
        raise _invalid("postcode", _("This is no postcode."))
    region_code, region = _region(country, place.region_code.strip().upper())
    city = _text("city", place.city, longest=80, optional=True)
    if country != HOME and not city:
        raise _invalid("city", _("Please fill this in."))
    told = {"latitude": place.latitude.strip(), "longitude": place.longitude.strip()}
    for field, degrees in told.items() if any(told.values()) else ():
        if not _DEGREES.fullmatch(degrees) or abs(float(degrees)) > _FARTHEST[field]:
            raise _invalid(field, _("These are no coordinates."))
    return {
        **told,
        "name": _text("name", place.name, longest=80),
        "line": _text("line", place.line, longest=200),
        "city": city,
        "phone": phone,
        "postcode": postcode,
        "country": country,
        "region_code": region_code,
        "region": region,
    }


def _region(country: str, code: str) -> tuple[str, str]:
    if country == HOME:
        path = path_of(code)
        if not path or path[-1].has_parts:
            raise _invalid("region_code", _("Please choose province, city and district."))
        return code, written(code)
    if code and not (_SUBDIVISION.fullmatch(code) and code.startswith(country)):
        raise _invalid("region_code", _("This is no region of the country."))
    known = state_of(code)
    if code and known is None and states_of(country):
        raise _invalid("region_code", _("This is no region of the country."))
    return code, known.on_parcels if known else code.partition("-")[2]


def _text(field: str, text: str, *, longest: int, optional: bool = False) -> str:
    line = shown_text(text, longest=longest)
    if line is None:
        raise _invalid(
            field, _("At most %(count)s characters that can be shown.") % {"count": longest}
        )
    if not line and not optional:
        raise _invalid(field, _("Please fill this in."))
    return line


def _invalid(field: str, text: str) -> InvalidAddress:
    return InvalidAddress(text, field=field)
