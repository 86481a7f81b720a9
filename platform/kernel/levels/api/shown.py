"""Levels and segments as the APIs show them, and figures as they come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from kernel.common.errors import DomainError
from kernel.common.money import InvalidAmount, Money
from kernel.levels.criteria import known_criteria
from kernel.levels.errors import InvalidLevel, InvalidSegment
from kernel.levels.facts import known_facts
from kernel.levels.models import Level, LevelChange, LevelPolicy, Segment
from kernel.levels.selectors import Progress
from kernel.tenancy.context import current_tenant


def level_data(row: Level) -> dict[str, Any]:
    """Return a level as everybody may see it."""
    plain = ("code", "rank", "match", "discount_bp", "free_shipping", "points_bp")
    return {
        **{name: getattr(row, name) for name in plain},
        "name": row.label,
        "conditions": level_conditions_shown(row.conditions),
        "benefits": row.benefits.get(get_language() or "", ""),
    }


def level_listed(row: Level, members: int) -> dict[str, Any]:
    """Return a level as staff see it."""
    plain = ("code", "rank", "name", "names", "match", "discount_bp", "free_shipping", "points_bp")
    return {
        "id": row.public_id,
        **{name: getattr(row, name) for name in (*plain, "benefits", "is_active")},
        "conditions": level_conditions_shown(row.conditions),
        "members": members,
    }


def policy_data(row: LevelPolicy) -> dict[str, Any]:
    """Return the choices."""
    names = ("earns_on", "growth_per_unit", "window_days", "grace_days", "state", "percent")
    points = ("points_per_unit", "points_asset", "points_since")
    return {name: getattr(row, name) for name in (*names, *points)}


def progress_data(found: Progress) -> dict[str, Any]:
    """Return where a member stands."""
    amounts = {fact.code for fact in known_facts() if fact.is_amount}
    return {
        "growth": found.growth,
        "level": level_data(found.level) if found.level else None,
        "since": found.since,
        "falls_at": found.falls_at,
        "next": level_data(found.next) if found.next else None,
        "steps": [
            {
                "fact": step.fact.code,
                "label": str(step.fact.label),
                **{
                    name: _figure(getattr(step, name), is_amount=step.fact.code in amounts)
                    for name in ("value", "at_least", "missing")
                },
                "percent": step.percent,
            }
            for step in found.steps
        ],
        "is_any": found.is_any,
        "percent": found.percent,
        "is_fixed": found.is_fixed,
    }


def change_data(row: LevelChange) -> dict[str, Any]:
    """Return a change of a level."""
    return {
        "before": row.before.code if row.before else "",
        "after": row.after.code if row.after else "",
        "kind": row.kind,
        "at": row.at,
    }


def segment_data(row: Segment) -> dict[str, Any]:
    """Return a segment."""
    names = ("code", "name", "is_dynamic", "match", "tag", "size", "state", "percent")
    return {
        "id": row.public_id,
        **{name: getattr(row, name) for name in (*names, "counted_at")},
        "conditions": conditions_shown(row.conditions),
    }


def level_conditions_shown(stored: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return conditions of a level with money as decimal strings."""
    amounts = {fact.code for fact in known_facts() if fact.is_amount}
    return [
        {
            "fact": each["fact"],
            "at_least": _figure(each["at_least"], is_amount=each["fact"] in amounts),
        }
        for each in stored
    ]


def level_conditions_told(asked: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    """Return conditions of a level as services take them.

    Raises:
        InvalidLevel: a figure cannot be read.
    """
    amounts = {fact.code for fact in known_facts() if fact.is_amount}
    return [
        {
            "fact": each["fact"],
            "at_least": _units(
                each["at_least"],
                is_amount=each["fact"] in amounts,
                refusal=InvalidLevel(field=f"conditions.{each['fact'][:40]}"),
            ),
        }
        for each in asked
    ]


def conditions_shown(stored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return conditions of a segment with money as decimal strings."""
    known = known_criteria()

    def shown(each: Mapping[str, Any]) -> Any:
        criterion = known.get(each["kind"])
        if criterion is not None and criterion.value_kind == "amount":
            return _figure(each["value"], is_amount=True)
        return each["value"]

    return [{**each, "value": shown(each)} for each in stored]


def conditions_told(asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return conditions of a segment as services take them.

    Raises:
        InvalidSegment: an amount cannot be read.
    """
    known, found = known_criteria(), []
    for each in asked:
        criterion, value = known.get(each["kind"]), each["value"]
        if criterion is not None and criterion.value_kind == "amount":
            refusal = InvalidSegment(field=f"conditions.{criterion.code}")
            value = _units(str(value), is_amount=True, refusal=refusal)
        found.append({**each, "value": value})
    return found


def _figure(value: int, *, is_amount: bool) -> str:
    return Money(value, current_tenant().currency).decimal() if is_amount else str(value)


def _units(text: str, *, is_amount: bool, refusal: DomainError) -> int:
    if is_amount:
        try:
            return Money.parse(text, current_tenant().currency).minor
        except InvalidAmount as error:
            raise refusal from error
    if not text.isascii() or not text.isdigit():
        raise refusal
    return int(text)
