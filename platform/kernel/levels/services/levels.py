"""Makes and changes levels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import BASIS_POINTS, LARGEST_MINOR
from kernel.common.outbox.publishing import publish
from kernel.i18n.languages import NAMES
from kernel.levels.choices import Match
from kernel.levels.errors import InvalidLevel, LevelTaken, UnknownLevel
from kernel.levels.events import LevelsEdited
from kernel.levels.facts import fact_named
from kernel.levels.models import MOST_POINTS_BP, Level
from kernel.levels.services.benefits import sync_benefits
from kernel.levels.services.walking import begin_levels
from kernel.members.normal import shown_text

MOST_LEVELS: Final = 50
HIGHEST_RANK: Final = 1_000
LONGEST_BENEFITS: Final = 500
_MOST_CONDITIONS: Final = 10
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NUMBERS: Final = {
    "rank": (1, HIGHEST_RANK),
    "discount_bp": (0, BASIS_POINTS - 1),
    "points_bp": (0, MOST_POINTS_BP),
}
_SWITCHES: Final = ("free_shipping", "is_active")
# A change of anything else concerns nobody's level.
_DECISIVE: Final = frozenset({"rank", "match", "conditions", "is_active"})


@transaction.atomic
def create_level(code: str, told: Mapping[str, Any], *, actor: Actor, now: datetime) -> Level:
    """Make a level; who reaches it is worked out after the commit.

    Args:
        code: names it in price lists and promotions, ``level:code``.
        told: see `Level`; at least ``name`` and ``rank``.
        actor: who makes it.
        now: the moment.

    Raises:
        InvalidLevel: a value cannot be used; ``field`` names which.
        LevelTaken: another level has the code or the rank.
    """
    if not _CODE.fullmatch(code):
        raise InvalidLevel(_("A code has small letters, digits, - and _."), field="code")
    if Level.objects.count() >= MOST_LEVELS:
        raise InvalidLevel(_("There are as many levels as there can be."), field="code")
    row = Level(code=code, **_checked({"name": "", "rank": None, **told}))
    _save(row)
    _tell("level.created", row, actor, now=now, after={"code": code, "name": row.name})
    sync_benefits(row, actor=actor, now=now)
    begin_levels(now=now)
    return row


@transaction.atomic
def change_level(level_id: UUID, told: Mapping[str, Any], *, actor: Actor, now: datetime) -> Level:
    """Change some of a level's particulars. Whoever has one that is given up gets another.

    Raises:
        UnknownLevel: there is none.
        InvalidLevel: a value cannot be used; ``field`` names which.
        LevelTaken: another level has the rank.
    """
    row = Level.objects.select_for_update(no_key=True).filter(pk=level_id).first()
    if row is None:
        raise UnknownLevel
    values = _checked(told)
    before = {name: getattr(row, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    _save(row)
    _tell(
        "level.changed",
        row,
        actor,
        now=now,
        before={name: before[name] for name in changed},
        after={name: values[name] for name in changed},
    )
    sync_benefits(row, actor=actor, now=now)
    if _DECISIVE & set(changed):
        begin_levels(now=now)
    return row


def _save(row: Level) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        field = "rank" if "rank" in str(error) else "code"
        raise LevelTaken(field=field) from error


def _tell(
    action: str,
    row: Level,
    actor: Actor,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    publish(LevelsEdited(change=action.partition(".")[2]), aggregate=f"level:{row.pk.hex}")
    record(action=action, actor=actor, obj=row, before=before, after=after, now=now)


def _checked(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in told.items()}


def _value(name: str, value: object) -> object:
    if name in _NUMBERS:
        return _whole(value, *_NUMBERS[name], name)
    if name in _SWITCHES:
        if not isinstance(value, bool):
            raise InvalidLevel(field=name)
        return value
    if name == "match":
        if value not in Match.values:
            raise InvalidLevel(field=name)
        return str(value)
    if name == "conditions":
        return _conditions(value)
    if name in {"names", "benefits"}:
        return _texts(value, name, 80 if name == "names" else LONGEST_BENEFITS)
    if name != "name":
        raise InvalidLevel(_("Not known."), field=name[:80])
    text = shown_text(value, longest=80) if isinstance(value, str) else None
    if not text:
        raise InvalidLevel(_("A name is needed."), field=name)
    return text


def _texts(value: object, name: str, longest: int) -> dict[str, str]:
    if not isinstance(value, Mapping) or not set(value) <= set(NAMES):
        raise InvalidLevel(field=name)
    found = {}
    for code, text in value.items():
        if not isinstance(text, str) or len(text) > longest or "\x00" in text:
            raise InvalidLevel(field=name)
        if text.strip():
            found[str(code)] = text.strip()
    return found


def _conditions(value: object) -> list[dict[str, object]]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > _MOST_CONDITIONS:
        raise InvalidLevel(field="conditions")
    found: dict[str, dict[str, object]] = {}
    for each in value:
        if not isinstance(each, Mapping) or set(each) != {"fact", "at_least"}:
            raise InvalidLevel(field="conditions")
        fact = fact_named(str(each["fact"]))
        if fact.code in found:
            raise InvalidLevel(_("Each condition can be there once."), field="conditions")
        least = _whole(each["at_least"], 1, LARGEST_MINOR, f"conditions.{fact.code}")
        found[fact.code] = {"fact": fact.code, "at_least": least}
    return list(found.values())


def _whole(value: object, least: int, most: int, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        text = _("A whole number from %(least)d to %(most)d is expected.")
        raise InvalidLevel(text % {"least": least, "most": most}, field=field)
    return value
