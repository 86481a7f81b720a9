"""Moments in forms, by the shop's clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from kernel.tenancy.context import current_tenant


class MomentField(forms.DateTimeField):
    """A moment, typed in and shown by the shop's clock wherever the reader is."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a moment by the shop's clock."""
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(_zone()).replace(tzinfo=None)
        return value

    def clean(self, value: Any) -> datetime | None:
        """Read it by the shop's clock."""
        found = super().clean(value)
        return None if found is None else found.replace(tzinfo=_zone())


def as_shown(given: datetime | None, *, known: datetime | None) -> datetime | None:
    """Return the moment that is known, seconds and all, where a form still shows it."""
    is_same = known is not None and given == known.replace(second=0, microsecond=0)
    return known if is_same else given


def _zone() -> ZoneInfo:
    return ZoneInfo(current_tenant().zone)
