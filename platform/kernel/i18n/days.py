"""Days as people read them."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language


def day_text(day: date) -> str:
    """Return a day as it is written in the current language, ``22 Nov 2026``."""
    is_chinese = (get_language() or "").startswith("zh")
    return date_format(day, "Y-m-d" if is_chinese else "j M Y")
