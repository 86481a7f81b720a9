"""Where goods are sent back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.aftersales.errors import InvalidCase
from kernel.aftersales.models import ReturnAddress
from kernel.audit.actor import Actor
from kernel.audit.services import record

FIELDS: Final = ("name", "phone", "line")
_LONGEST: Final = {"name": 80, "phone": 20, "line": 300}


def current_address() -> dict[str, str]:
    """Return the shop's own address for returns; empty while none was chosen."""
    row = ReturnAddress.objects.filter(pk=1).first()
    return {} if row is None else {name: getattr(row, name) for name in FIELDS}


def address_data(given: Mapping[str, str] | None) -> dict[str, str]:
    """Return what a case keeps: what was given, else the shop's own address.

    Raises:
        InvalidCase: a part is missing or too long; ``field`` names which.
    """
    if not given or not any(given.get(name) for name in FIELDS):
        return current_address()
    return _checked(given)


@transaction.atomic
def set_address(given: Mapping[str, str], *, actor: Actor) -> dict[str, str]:
    """Choose where buyers send goods back to from now on.

    Raises:
        InvalidCase: a part is missing or too long; ``field`` names which.
    """
    kept = _checked(given)
    before = current_address()
    ReturnAddress.objects.update_or_create(pk=1, defaults=kept)
    record(
        action="aftersales.address_changed",
        actor=actor,
        obj=("aftersales", "address"),
        before={"line": before.get("line", "")},
        after={"line": kept["line"]},
    )
    return kept


def _checked(given: Mapping[str, str]) -> dict[str, str]:
    kept = {name: str(given.get(name, "")).replace("\x00", "").strip() for name in FIELDS}
    for name, text in kept.items():
        if not 0 < len(text) <= _LONGEST[name]:
            raise InvalidCase(_("This is needed, and must not be too long."), field=name)
    return kept
