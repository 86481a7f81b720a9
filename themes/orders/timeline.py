"""An order's story as its buyer reads it: what happened, and which figures it moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext as _

from kernel.aftersales.choices import EntryKind
from kernel.common.money import Money
from kernel.orders.choices import EventKind
from kernel.orders.models import OrderEvent
from kernel.orders.timeline import FIGURES
from themes.fields import Json
from themes.shop.amounts import text_of
from themes.shop.moments import moment_text

_FOR_STAFF: Final = frozenset({EventKind.NOTED, EventKind.TAGGED})
# What buyers read with a minus among the sums.
_TAKEN_OFF: Final = frozenset({"discount", "refunded", "waived"})
_TEXTS: Final = ("reason", "carrier", "tracking")


def timeline_of(events: Iterable[OrderEvent], currency: str, language: str) -> list[Json]:
    """Return the entries, the latest first."""
    labels = figure_labels()
    found: list[Json] = [
        {
            "title": event.get_kind_display(),
            "at": moment_text(event.at, language),
            "iso": event.at.isoformat(),
            "notes": _notes(event.data) + _steps(event),
            "figures": _figures(event.figures, currency, labels),
        }
        for event in events
        if event.kind not in _FOR_STAFF
    ]
    return found[::-1]


def figure_labels() -> dict[str, str]:
    """Return what each figure of an order is called."""
    return {
        "items": _("Goods"),
        "discount": _("Discount"),
        "freight": _("Freight"),
        "tax": _("Tax"),
        "total": _("Total"),
        "paid": _("Paid so far"),
        "refunded": _("Refunded"),
        "waived": _("Taken off after the sale"),
    }


def _figures(moved: Mapping[str, int], currency: str, labels: Mapping[str, str]) -> list[Json]:
    return [
        {
            "label": labels[name],
            "text": _signed(-moved[name] if name in _TAKEN_OFF else moved[name], currency),
        }
        for name in FIGURES
        if moved.get(name)
    ]


def _signed(minor: int, currency: str) -> str:
    text = text_of(Money(abs(minor), currency))
    return f"+{text}" if minor > 0 else f"−{text}"


def _steps(event: OrderEvent) -> list[Json]:
    """Return which step of which case an entry tells of."""
    step = event.data.get("step")
    if event.kind != EventKind.AFTER_SALE or step not in EntryKind.values:
        return []
    return [f"{EntryKind(step).label} · {event.data.get('case', '')}"]


def _notes(data: Mapping[str, object]) -> list[Json]:
    return [str(data[name]) for name in _TEXTS if data.get(name)]
