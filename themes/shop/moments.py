"""Moments as people in the shop's zone read them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from kernel.i18n.days import day_text
from kernel.tenancy.context import current_tenant


def moment_text(moment: datetime, language: str) -> str:
    """Return day and time in the shop's zone, ``22 Nov 2026, 08:46``."""
    local = timezone.localtime(moment, ZoneInfo(current_tenant().zone))
    return formats.date_format(local, "Y-m-d H:i" if language.startswith("zh") else "j M Y, H:i")


def ships_text(day: date | None) -> str:
    """Return what a buyer is told of goods that are sold before they are there."""
    if day is None:
        return _("Sold ahead: ships once it arrives")
    return _("Sold ahead: ships by %(day)s") % {"day": day_text(day)}
