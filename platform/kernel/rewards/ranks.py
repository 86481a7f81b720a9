"""Ranks that modes pay by and that no rule of theirs gives: staff give them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel.audit.models import AuditEntry
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Memory, Programme
from kernel.rewards.packs.loading import Pack, bundle

FIELD: Final = "rank"
GIVEN: Final = "rewards.rank_given"
SUBJECT: Final = "reward_rank"
_ASKED: Final = re.compile(r"\.rank in (\w+)")


def ranks_by_staff(codes: Sequence[str], figures: Mapping[str, Any]) -> list[str]:
    """Return the ranks that modes pay by and staff have to give; none where rules give them."""
    packs = bundle(codes, sale=False)
    if any(_gives(pack) for pack in packs):
        return []
    found: dict[str, None] = {}
    for pack in packs:
        known = {**pack.defaults(), **figures}
        for table in _tables(pack):
            found.update(dict.fromkeys(str(rank) for rank in known.get(table) or ()))
    return list(found)


def programmes_by_rank() -> list[tuple[Programme, list[str]]]:
    """Return the modes that run and for which staff give ranks, with their ranks."""
    rows = Programme.objects.filter(state=ProgrammeState.LIVE).order_by("id")
    told = [(row, ranks_by_staff(row.packs, row.parameters)) for row in rows]
    return [(row, ranks) for row, ranks in told if ranks]


def rank_of(programme: Programme, member_id: UUID) -> str:
    """Return the rank of a member in a mode; empty for none."""
    row = Memory.objects.filter(programme=programme, kind="member", key=str(member_id)).first()
    return str((row.record.get(FIELD) if row else "") or "")


def holders(programme: Programme, ranks: Sequence[str]) -> int:
    """Return how many members have one of these ranks."""
    rows = Memory.objects.filter(programme=programme, kind="member")
    return rows.filter(**{f"record__{FIELD}__in": list(ranks)}).count()


def given_to(member_id: UUID) -> list[AuditEntry]:
    """Return how a member's ranks were given, the latest first."""
    rows = AuditEntry.objects.filter(object_type=SUBJECT, object_id=str(member_id), action=GIVEN)
    return list(rows.order_by("-sequence")[:50])


def _tables(pack: Pack) -> Iterator[str]:
    """Yield the figures in which a pack lists the ranks that it pays by."""
    for rule in pack.rules:
        spec = rule.get("to")
        if isinstance(spec, Mapping) and spec.get("attr", FIELD) == FIELD:
            table = spec.get("diff_walk") or (spec.get("rates") if "peer" in spec else None)
            if table:
                yield str(table)
        yield from _ASKED.findall(json.dumps(rule, ensure_ascii=False))


def _gives(pack: Pack) -> bool:
    """Tell whether a rule of a pack gives ranks."""
    effects = [
        one for rule in pack.rules for one in (*rule.get("then", ()), *rule.get("after", ()))
    ]
    return any(
        one.get("set") == FIELD or ("promote" in one and one.get("attr") == FIELD)
        for one in effects
    )
