"""Levels in the words of a page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from kernel.common.money import BASIS_POINTS, Money
from kernel.i18n.languages import in_any
from kernel.levels.models import Level
from kernel.levels.selectors import Progress, Step
from kernel.tenancy.context import current_tenant
from themes.fields import Json
from themes.shop.amounts import text_of
from themes.shop.moments import moment_text


def progress_data(found: Progress, language: str) -> dict[str, Json] | None:
    """Return where a member stands; None in a shop without levels."""
    if not found.is_used:
        return None
    return {
        "level": found.level.label if found.level else "",
        "growth": found.growth,
        "benefits": list(benefits_of(found.level, language)) if found.level else [],
        "next": found.next.label if found.next else "",
        "percent": found.percent,
        "is_any": found.is_any,
        "steps": [
            {
                "label": str(step.fact.label),
                "text": _("%(value)s of %(whole)s")
                % {"value": _figure(step, step.value), "whole": _figure(step, step.at_least)},
                "missing": _figure(step, step.missing) if step.missing else "",
                "percent": step.percent,
            }
            for step in found.steps
        ],
        "falls": moment_text(found.falls_at, language) if found.falls_at else "",
    }


def level_data(row: Level, own: Level | None, language: str) -> dict[str, Json]:
    """Return a level with what it brings."""
    return {
        "name": row.label,
        "benefits": list(benefits_of(row, language)),
        "is_own": own is not None and own.pk == row.pk,
    }


def benefits_of(row: Level, language: str) -> list[str]:
    """Return what a level brings, in words."""
    found = []
    if row.discount_bp:
        found.append(_("%(percent)s%% off all prices") % {"percent": f"{row.discount_bp / 100:g}"})
    if row.free_shipping:
        found.append(_("Free shipping"))
    if row.points_bp > BASIS_POINTS:
        times = f"{row.points_bp / BASIS_POINTS:g}"
        found.append(_("%(times)s times the points") % {"times": times})
    more = in_any(row.benefits, language)
    return [*found, *(line.strip() for line in more.splitlines() if line.strip())]


def _figure(step: Step, value: int) -> str:
    if step.fact.is_amount:
        return text_of(Money(value, current_tenant().currency))
    return str(value)
