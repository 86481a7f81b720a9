"""Addresses as forms hold them: read, chosen step by step, and shown again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.members.errors import InvalidAddress
from kernel.members.models import Address
from kernel.members.regions import HOME, path_of, regions_below
from kernel.members.services.addresses import Place, written_address
from kernel.members.states import states_of
from kernel.reference.countries import COUNTRIES, name_in
from themes.fields import Json

PREFIX: Final = "place-"
_LEVELS: Final = ("province", "prefecture", "district")
_POSITION: Final = ("latitude", "longitude")
_TEXTS: Final = ("name", "phone", "line", "city", "postcode", *_POSITION)
_NEEDED: Final = ("name", "phone", "line")
_LONGEST: Final = 200
_KEPT: Final = (
    *("name", "phone", "country", "region_code", "region", "city", "line", "postcode"),
    *_POSITION,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in an address form.

    Attributes:
        regions: in China the divisions that are chosen so far, the largest first; elsewhere
            the state, where the country's addresses name one.
    """

    country: str
    regions: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True while nobody has written anything."""
        return not any(self.texts.values()) and not self.regions

    def place(self) -> Place:
        """Return it as the members' centre takes it."""
        is_home = self.country == HOME
        return Place(
            name=self.texts.get("name", ""),
            phone=self.texts.get("phone", ""),
            line=self.texts.get("line", ""),
            country=self.country,
            region_code=self.regions[-1] if self.regions else "",
            city="" if is_home else self.texts.get("city", ""),
            postcode=self.texts.get("postcode", ""),
            latitude=self.texts.get("latitude", ""),
            longitude=self.texts.get("longitude", ""),
        )


def read_entry(form: Mapping[str, str], *, usual: str) -> Entry:
    """Return what was sent; a division that is not part of the one before is dropped."""
    country = form.get(f"{PREFIX}country", usual)
    texts = {name: form.get(f"{PREFIX}{name}", "").strip()[:_LONGEST] for name in _TEXTS}
    country = country if country in COUNTRIES else usual
    if country != HOME:
        return Entry(country, _state(country, form.get(f"{PREFIX}state", "")), texts)
    chosen = [form.get(f"{PREFIX}{name}", "") for name in _LEVELS]
    return Entry(country, _consistent(chosen), texts)


def entry_of(address: Address) -> Entry:
    """Return an address that is kept, for a form to change."""
    regions = tuple(each.code for each in path_of(address.region_code))
    if address.country != HOME:
        # Also a code that no list has stays with the address.
        regions = (address.region_code,) if address.region_code else ()
    texts = {name: getattr(address, name) for name in _TEXTS}
    return Entry(address.country, regions, texts)


def faults_of(entry: Entry) -> dict[str, str]:
    """Return what is wrong, by field; nothing when something can be sent there."""
    wanted = _NEEDED if entry.country == HOME else (*_NEEDED, "city")
    empty = [name for name in wanted if not entry.texts.get(name)]
    faults = dict.fromkeys(empty, _("Please fill this in."))
    if entry.country == HOME and (not entry.regions or regions_below(entry.regions[-1])):
        faults["region_code"] = _("Please choose province, city and district.")
    if entry.country != HOME and states_of(entry.country) and not entry.regions:
        faults["state"] = _("Please choose.")
    if faults:
        return faults
    try:
        written_address(entry.place())
    except InvalidAddress as refusal:
        return fault_in(refusal)
    return {}


def fault_in(refusal: InvalidAddress) -> dict[str, str]:
    """Return a refusal by its field."""
    return {str(refusal.fields.get("field", "")): str(refusal)}


def entry_inputs(entry: Entry, faults: Mapping[str, str]) -> dict[str, Json]:
    """Return a form for blocks to draw."""
    language = get_language() or ""
    countries: list[Json] = [[code, name_in(code, language)] for code in COUNTRIES]
    levels: list[Json] = []
    if entry.country == HOME:
        levels = _levels(entry.regions)
    return {
        "country": entry.country,
        "is_home": entry.country == HOME,
        "countries": countries,
        "levels": levels,
        "states": [[each.code, each.name_in(language)] for each in states_of(entry.country)],
        "state": entry.regions[-1] if entry.regions and entry.country != HOME else "",
        "values": {name: entry.texts.get(name, "") for name in _TEXTS},
        "faults": dict(faults),
        "asks_position": False,
    }


def address_data(address: Address) -> dict[str, str]:
    """Return an address as orders keep it."""
    return {name: str(getattr(address, name)) for name in _KEPT}


def address_text(address: Mapping[str, str], language: str) -> str:
    """Return an address in one line."""
    country = str(address.get("country", HOME)) or HOME
    region, city = str(address.get("region", "")), str(address.get("city", ""))
    line, postcode = str(address.get("line", "")), str(address.get("postcode", ""))
    if country == HOME:
        return " ".join(part for part in (region, line, postcode) if part)
    parts = (line, f"{city} {postcode}".strip(), region, name_in(country, language))
    return ", ".join(part for part in parts if part)


def _state(country: str, code: str) -> tuple[str, ...]:
    """Return the state that was chosen; one of another country is dropped."""
    return (code,) if any(each.code == code for each in states_of(country)) else ()


def _consistent(chosen: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    above = ""
    for code in chosen:
        below = regions_below(above)
        # Where there is one division only, nobody has to choose it.
        only = below[0].code if found and len(below) == 1 else ""
        known = next((each.code for each in below if each.code == code), only)
        if not known:
            break
        found.append(known)
        above = known
    return tuple(found)


def _levels(chosen: tuple[str, ...]) -> list[Json]:
    labels = (_("Province"), _("City"), _("District"))
    found: list[Json] = []
    above = ""
    for number, name in enumerate(_LEVELS):
        below = regions_below(above)
        if not below:
            break
        value = chosen[number] if number < len(chosen) else ""
        options: list[Json] = [[each.code, each.name] for each in below]
        found.append(
            {
                "name": f"{PREFIX}{name}",
                "label": labels[number],
                "options": options,
                "value": value,
                "level": f"address-level{number + 1}",
            }
        )
        if not value:
            break
        above = value
    return found
