"""Values of products and variants, checked one by one before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from kernel.catalogue.choices import (
    AfterSalePolicy,
    OutOfStock,
    ProductKind,
    ProductStatus,
    VariantStatus,
)
from kernel.catalogue.errors import InvalidProduct
from kernel.catalogue.texts import (
    LONGEST_HTML,
    LONGEST_NAME,
    checked_handle,
    checked_html,
    checked_tags,
    checked_text,
    checked_translations,
)
from kernel.common.money import DECIMALS, LARGEST_MINOR

Check = Callable[[object, str], object]

LARGEST_COUNT: Final = 1_000_000
LARGEST_MEASURE: Final = 1_000_000_000
MOST_LINKS: Final = 100
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TRANSLATED: Final = {
    "title": LONGEST_NAME,
    "summary": 500,
    "description_html": LONGEST_HTML,
    "seo_title": LONGEST_NAME,
    "seo_description": 500,
}


def checked(
    values: Mapping[str, object], checks: Mapping[str, Check], *, prefix: str = ""
) -> dict[str, Any]:
    """Return all values as they are stored.

    Raises:
        InvalidProduct: one is not known or cannot be used.
    """
    found = {}
    for name, value in values.items():
        check = checks.get(name)
        if check is None:
            raise InvalidProduct(_("Not known."), field=f"{prefix}{name[:80]}")
        found[name] = check(value, f"{prefix}{name}")
    return found


def whole(least: int, most: int = LARGEST_COUNT) -> Check:
    """Return a check for a whole number between bounds."""

    def check(value: object, field: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            text = _("A whole number from %(least)d to %(most)d is expected.")
            raise InvalidProduct(text % {"least": least, "most": most}, field=field)
        return value

    return check


def optional(check: Check) -> Check:
    """Return a check that lets None pass."""

    def checked_or_none(value: object, field: str) -> object:
        return None if value is None else check(value, field)

    return checked_or_none


def line(longest: int, *, needed: bool = False) -> Check:
    """Return a check for a text of one line."""
    return lambda value, field: checked_text(value, field=field, longest=longest, needed=needed)


def one_of(choices: type[TextChoices]) -> Check:
    """Return a check for a value of a closed list."""

    def check(value: object, field: str) -> str:
        if not isinstance(value, str) or value not in choices.values:
            raise InvalidProduct(_("Not known."), field=field)
        return str(value)

    return check


def key(value: object, field: str) -> UUID:
    """Check an id."""
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        raise InvalidProduct(_("There is nothing with this id."), field=field) from None


def keys(value: object, field: str) -> list[UUID]:
    """Check a list of ids; each once."""
    if not isinstance(value, (list, tuple)) or len(value) > MOST_LINKS:
        raise InvalidProduct(_("At most 100 ids are expected."), field=field)
    return list(dict.fromkeys(key(item, field) for item in value))


def moment(value: object, field: str) -> datetime:
    """Check a moment; one without a zone is refused."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        in_utc = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        in_utc = None
    if in_utc is None:
        raise InvalidProduct(_("A moment with a time zone is expected."), field=field)
    return in_utc


def _day(value: object, field: str) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise InvalidProduct(_("A date is expected."), field=field) from None


def code(value: object, field: str) -> str:
    """Check a code: small letters, digits, hyphens."""
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise InvalidProduct(_("Not known."), field=field)
    return value


def currency(value: object, field: str) -> str:
    """Check the code of a currency; it may be empty."""
    if value != "" and (not isinstance(value, str) or value not in DECIMALS):
        raise InvalidProduct(_("Not known."), field=field)
    return str(value)


def switch(value: object, field: str) -> bool:
    """Check a yes or no."""
    if not isinstance(value, bool):
        raise InvalidProduct(_("Yes or no is expected."), field=field)
    return value


def _as_given(value: object, field: str) -> object:
    return value


PRODUCT: Final[Mapping[str, Check]] = {
    "handle": lambda value, field: checked_handle(value, field=field),
    "kind": one_of(ProductKind),
    "title": line(LONGEST_NAME, needed=True),
    "i18n": lambda value, field: checked_translations(value, field=field, longest=_TRANSLATED),
    "summary": line(500),
    "description_html": lambda value, field: checked_html(value, field=field),
    "brand_id": optional(key),
    "product_type_id": optional(key),
    "unit_id": optional(key),
    "tags": lambda value, _field: checked_tags(value),
    "status": one_of(ProductStatus),
    "published_from": optional(moment),
    "published_until": optional(moment),
    "seo_title": line(LONGEST_NAME),
    "seo_description": line(500),
    "min_per_order": whole(1),
    "max_per_order": optional(whole(1)),
    "max_per_member": optional(whole(1)),
    "step": whole(1),
    "after_sale_policy": one_of(AfterSalePolicy),
    "tax_class": code,
    "freight_template": lambda value, field: code(value, field) if value != "" else "",
    "seller_id": optional(key),
    # The product type decides what fits.
    "attributes": _as_given,
    "category_ids": keys,
    "label_ids": keys,
}

VARIANT: Final[Mapping[str, Check]] = {
    "sku": line(80, needed=True),
    "barcode": line(80),
    "weight_grams": whole(0, LARGEST_MEASURE),
    "volume_cm3": whole(0, LARGEST_MEASURE),
    "cost_minor": optional(whole(0, LARGEST_MINOR)),
    "currency": currency,
    "image_id": optional(key),
    "status": one_of(VariantStatus),
    "is_default": switch,
    "out_of_stock": one_of(OutOfStock),
    "oversell_limit": whole(0),
    "ships_by": optional(_day),
}
