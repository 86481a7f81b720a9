"""What may be chosen and written beside a variant, and when two wishes are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from kernel.cart.errors import InvalidChoice
from kernel.cart.values import Wish

_MOST_FIELDS: Final = 20
_LONGEST_NAME: Final = 64
_LONGEST_TEXT: Final = 500
_LARGEST_NUMBER: Final = 10**15
_LONGEST_CAMPAIGN: Final = 80


def checked_wish(wish: Wish) -> Wish:
    """Return the wish as it is stored.

    Raises:
        InvalidChoice: a field is too long, of another kind than text, number
            or yes and no, or there are too many.
    """
    campaign = wish.campaign.strip()
    if len(campaign) > _LONGEST_CAMPAIGN or not campaign.isprintable():
        raise InvalidChoice(field="campaign")
    return Wish(
        wish.variant_id,
        wish.quantity,
        _checked("options", wish.options),
        _checked("form", wish.form),
        campaign,
    )


def choice_hash(wish: Wish) -> str:
    """Return what is the same for wishes that make one line."""
    parts = [str(wish.variant_id), dict(wish.options), dict(wish.form), wish.campaign]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _checked(name: str, fields: Mapping[str, object]) -> dict[str, object]:
    if len(fields) > _MOST_FIELDS:
        raise InvalidChoice(field=name)
    for key, value in fields.items():
        if not 0 < len(key) <= _LONGEST_NAME or not key.isprintable() or not _fits(value):
            raise InvalidChoice(field=f"{name}.{key[:_LONGEST_NAME]}")
    return dict(fields)


def _fits(value: object) -> bool:
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) <= _LARGEST_NUMBER
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or "\x00" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)
