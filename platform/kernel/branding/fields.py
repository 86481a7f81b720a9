"""The fields of a brand: what each may hold, and how one brand inherits from another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from kernel.branding.errors import InvalidBrand
from kernel.common.colours import is_colour
from kernel.tenancy.context import BrandRef

Values: TypeAlias = Mapping[str, Any]

PICTURE: Final = re.compile(r"/look/[0-9a-f]{64}\.(png|jpg|webp|gif|svg)\Z")
_TELEPHONE: Final = re.compile(r"[+0-9][0-9 ()./-]{3,31}\Z")
_HTTPS: Final = URLValidator(schemes=["https"])
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co"})

PROVEN: Final = "proven"
"""Under this name a brand keeps the domains that its owner proved to hold."""
INHERITED: Final = "inherited"
"""Under this name a tenant's brand keeps what its partner's gives, field by field."""


def _line(text: str) -> bool:
    return not any(unicodedata.category(each) in _HIDDEN for each in text)


def _text(text: str) -> bool:
    return _line(text.replace("\n", " "))


def _colour(text: str) -> bool:
    return is_colour(text)


def _picture(text: str) -> bool:
    return PICTURE.match(text) is not None


def _email(text: str) -> bool:
    return _holds(validate_email, text)


def _address(text: str) -> bool:
    return _holds(_HTTPS, text)


def _telephone(text: str) -> bool:
    return _TELEPHONE.match(text) is not None


def _domain(text: str) -> bool:
    return _email(f"a@{text}") and text == text.lower()


def _holds(check: Callable[[str], object], text: str) -> bool:
    try:
        check(text)
    except ValidationError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        is_valid: tells whether a text that is not empty may stand in it.
        is_shared: a partner's shops inherit it; names and pictures are each shop's own.
        for_staff: shown to a shop's staff, never to its visitors.
        for_partners: only partners set it. A shop has a signature of its own approved instead.
    """

    name: str
    longest: int
    is_valid: Callable[[str], bool]
    is_shared: bool = True
    for_staff: bool = False
    for_partners: bool = False


FIELDS: Final = {
    each.name: each
    for each in (
        Field("name", 120, _line, is_shared=False),
        Field("short_name", 12, _line, is_shared=False),
        Field("logo_url", 90, _picture, is_shared=False),
        Field("favicon_url", 90, _picture, is_shared=False),
        Field("colour", 7, _colour),
        Field("accent", 7, _colour),
        Field("support_email", 254, _email),
        Field("support_phone", 32, _telephone),
        Field("support_url", 300, _address),
        Field("terms_url", 300, _address),
        Field("privacy_url", 300, _address),
        Field("mail_name", 80, _line),
        Field("mail_from", 254, _email),
        Field("sms_sign", 16, _line, for_partners=True),
        Field("pdf_footer", 300, _text),
        Field("totp_issuer", 40, _line, for_staff=True),
        Field("help_url", 300, _address, for_staff=True),
        Field("console_name", 120, _line, for_staff=True),
        Field("console_logo_url", 90, _picture, for_staff=True),
        Field("console_favicon_url", 90, _picture, for_staff=True),
        Field("console_colour", 7, _colour, for_staff=True),
        Field("store_domain", 190, _domain, for_partners=True),
        Field("console_domain", 190, _domain, for_partners=True),
    )
}
_REF: Final = frozenset(each.name for each in fields(BrandRef))
_CONSOLE: Final = (
    ("console_name", "name"),
    ("console_logo_url", "logo_url"),
    ("console_favicon_url", "favicon_url"),
    ("console_colour", "colour"),
)


def checked(values: Values, *, for_partner: bool) -> dict[str, str]:
    """Return fields as they are kept: without surrounding space, empty ones left out.

    Raises:
        InvalidBrand: a field that there is not, or one that cannot hold what it should;
            ``field`` names it.
    """
    kept = {}
    for name, value in values.items():
        field = FIELDS.get(name)
        if field is None or not isinstance(value, str) or (field.for_partners and not for_partner):
            raise InvalidBrand(field=name[:40], reason="unknown")
        text = unicodedata.normalize("NFC", value).strip().replace("\r\n", "\n")
        if name in {"colour", "accent", "console_colour"}:
            text = text.lower()
        if len(text) > field.longest or (text and not field.is_valid(text)):
            raise InvalidBrand(_why(field), field=name, reason="malformed")
        if text:
            kept[name] = text
    return kept


def _why(field: Field) -> str:
    known: dict[Callable[[str], bool], str] = {
        _colour: _("Write a colour like #1f6f5c."),
        _email: _("Write an e-mail address."),
        _address: _("Write a whole address that begins with https://."),
        _telephone: _("Write a telephone number: digits, spaces and + - ( )."),
        _domain: _("Write a domain like shops.example.com, without https://."),
        _picture: _("Choose a picture again."),
    }
    said = known.get(field.is_valid)
    return said or _("At most %(number)s characters on one line.") % {"number": field.longest}


def effective(own: Values, inherited: Values | None = None) -> dict[str, str]:
    """Return what holds of a brand: each field its own, else the inherited one.

    The sender of letters and domains count once their domain was proven.
    """
    found = {key: str(value) for key, value in (inherited or {}).items() if key in FIELDS}
    proven = own.get(PROVEN) or ()
    for name, value in own.items():
        if name not in FIELDS or not value:
            continue
        if (needed := domain_of(name, str(value))) and needed not in proven:
            continue
        found[name] = str(value)
    return found


def domain_of(name: str, value: str) -> str:
    """Return the domain that must be proven before a field counts; empty for none."""
    if name == "mail_from":
        return value.rpartition("@")[2].lower()
    return value if name in {"store_domain", "console_domain"} and value else ""


def for_shops(partner: Values) -> dict[str, str]:
    """Return what the shops of a partner with this brand inherit.

    Visitors meet a shop under its own name and pictures; its staff works in the partner's.
    """
    found = {name: str(partner[name]) for name, each in FIELDS.items()
             if each.is_shared and partner.get(name)}  # fmt: skip
    for target, source in _CONSOLE:
        if value := partner.get(target) or partner.get(source):
            found[target] = str(value)
    return found


def shop_brand(own: Values, *, name: str) -> BrandRef:
    """Return what visitors of a shop see."""
    values = effective(own, own.get(INHERITED))
    return _ref({"name": name, **values})


def console_brand(own: Values, *, name: str) -> BrandRef:
    """Return what the staff of a shop sees in its console: the partner's look, if it has one."""
    values = {"name": name, **effective(own, own.get(INHERITED))}
    for source, target in _CONSOLE:
        if value := values.get(source):
            values[target] = value
    if own.get("console_name") or own.get(INHERITED, {}).get("console_name"):
        # A partner's console bears the partner's own pictures or none, never the shop's.
        values["logo_url"] = values.get("console_logo_url", "")
        values["favicon_url"] = values.get("console_favicon_url", "")
        values["short_name"] = ""
    return _ref(values)


def partner_brand(values: Values, *, name: str) -> BrandRef:
    """Return what a partner's own console looks like."""
    return _ref({"name": name, **values})


def _ref(values: Values) -> BrandRef:
    return BrandRef(**{key: str(value) for key, value in values.items() if key in _REF and value})
