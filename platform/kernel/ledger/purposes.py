"""What system accounts are for, as people read it."""

from __future__ import annotations

from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.ledger.values import purpose_id

_labels: dict[UUID, tuple[str, str | Promise]] = {}


def register_purpose(purpose: str, label: str | Promise) -> None:
    """Give the system account of a purpose a name; called while apps are loaded."""
    _labels[purpose_id(purpose)] = (purpose, label)


def purpose_of(owner_id: UUID) -> str:
    """Return the purpose behind an owner id, empty when nobody registered it."""
    return _labels[owner_id][0] if owner_id in _labels else ""


def purpose_label(owner_id: UUID) -> str:
    """Return how people call the account, empty when nobody registered it."""
    return str(_labels[owner_id][1]) if owner_id in _labels else ""


register_purpose("points.expired", _("Expired units"))
register_purpose("adjustments", _("Adjustments by hand"))
