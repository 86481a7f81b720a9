"""What a shop chose about growth and levels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.levels.choices import EarnsOn
from kernel.levels.errors import InvalidLevel
from kernel.levels.models import Level, LevelPolicy
from kernel.levels.services.points import points_asset
from kernel.levels.services.walking import begin_levels

MOST_GROWTH: Final = 10_000
MOST_DAYS: Final = 3_660
_BOUNDS: Final = {
    "growth_per_unit": (0, MOST_GROWTH),
    "window_days": (1, MOST_DAYS),
    "grace_days": (0, MOST_DAYS),
    "points_per_unit": (0, MOST_GROWTH),
}


def current_policy() -> LevelPolicy:
    """Return the current tenant's choices, or what holds while nothing was chosen."""
    return LevelPolicy.objects.filter(pk=1).first() or LevelPolicy()


@transaction.atomic
def set_policy(told: Mapping[str, Any], *, actor: Actor, now: datetime) -> LevelPolicy:
    """Choose how growth and points are earned and levels are kept; see `LevelPolicy`.

    What was earned stays. Levels of all members are looked at anew. Orders that were
    placed before points were switched on bring none.

    Raises:
        InvalidLevel: a value cannot be used; ``field`` names which.
    """
    _check(told)
    LevelPolicy.objects.bulk_create([LevelPolicy()], ignore_conflicts=True)
    row = LevelPolicy.objects.select_for_update().get(pk=1)
    before = {name: getattr(row, name) for name in told}
    changed = [name for name in told if told[name] != before[name]]
    if not changed:
        return row
    had_points = row.points_per_unit > 0
    for name in changed:
        setattr(row, name, told[name])
    if row.points_per_unit:
        points_asset(row.points_asset)
        row.points_since = row.points_since if had_points else now
    row.save()
    record(
        action="levels.policy_changed",
        actor=actor,
        obj=row,
        before={name: before[name] for name in changed},
        after={name: told[name] for name in changed},
        now=now,
    )
    if Level.objects.exists():
        begin_levels(now=now)
    return row


def _check(told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        if name == "earns_on":
            if value not in EarnsOn.values:
                raise InvalidLevel(field=name)
            continue
        if name == "points_asset":
            if not isinstance(value, str):
                raise InvalidLevel(field=name)
            points_asset(value)
            continue
        if name not in _BOUNDS:
            raise InvalidLevel(field=name)
        if name == "window_days" and value is None:
            continue
        least, most = _BOUNDS[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            text = _("A whole number from %(least)d to %(most)d is expected.")
            raise InvalidLevel(text % {"least": least, "most": most}, field=name)
