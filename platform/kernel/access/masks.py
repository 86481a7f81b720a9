"""Telephone numbers and e-mail addresses, as far as whoever acts may see them.

Staff without the permission see enough to tell two people apart, and too little to
reach either. Pages, files and API answers ask here; where nobody is signed in as
staff, nothing is hidden: people see their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from kernel.access.scopes import may_act

CONTACTS: Final = "contacts.view"
_HIDDEN: Final = "****"
_SHORT: Final = 8
_KEYS: Final = frozenset({"phone", "email"})


def sees_contacts() -> bool:
    """Tell whether whoever acts sees telephone numbers and addresses as they are."""
    return may_act(CONTACTS)


def shown_contact(text: str) -> str:
    """Return a telephone number or an e-mail address as whoever acts may see it."""
    return text if sees_contacts() else masked_contact(text)


def contact_mask() -> Callable[[str], str]:
    """Return what `shown_contact` does now, for lines that are written later.

    A file is streamed after its page was answered, when nobody's limits hold any more.
    """
    return str if sees_contacts() else masked_contact


def masked_contact(text: str) -> str:
    """Return a telephone number or an e-mail address with its middle hidden."""
    name, at, host = text.rpartition("@")
    if at:
        return f"{name[:1]}{_HIDDEN}@{host}"
    if not text:
        return ""
    if len(text) < _SHORT:
        return f"{_HIDDEN}{text[-2:]}"
    return f"{text[:-8]}{_HIDDEN}{text[-4:]}" if len(text) > _SHORT else f"{_HIDDEN}{text[-4:]}"


def shown_data(value: Any) -> Any:
    """Return plain data with its telephone numbers and addresses as whoever acts may see them.

    They are known by their keys, however deep they stand.
    """
    return value if sees_contacts() else _masked(value)


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: masked_contact(each) if key in _KEYS and isinstance(each, str) else _masked(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value
