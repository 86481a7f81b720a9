"""Abuse is looked for, and what looks like it is put before people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from kernel.common.outbox.publishing import publish
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Programme
from kernel.rewards.risk.choices import CaseState
from kernel.rewards.risk.detecting import Suspicion, suspicions
from kernel.rewards.risk.events import CaseOpened
from kernel.rewards.risk.models import Case
from kernel.rewards.risk.services.tracing import note_traces
from kernel.tenancy.schedules import ask

SCAN: Final = "reward_risk.scan"
_EVERY: Final = timedelta(hours=1)
_GROWN: Final = 2


def scan_if_needed(*, now: datetime) -> None:
    """Look for abuse where modes run, and come again in an hour."""
    if Programme.objects.filter(state=ProgrammeState.LIVE).exists():
        scan(now=now)
        with transaction.atomic():
            ask(SCAN, now + _EVERY)


def scan(*, now: datetime) -> int:
    """Look for abuse; return how many cases are new.

    A case that is open is brought up to date. One that was decided comes back only when
    twice as much speaks for it.
    """
    note_traces(now=now)
    return sum(_note(one, now) for one in suspicions(now))


@transaction.atomic
def _note(one: Suspicion, now: datetime) -> int:
    rows = Case.objects.select_for_update().filter(rule=one.rule, member=one.member, key=one.key)
    known = rows.order_by("-id").first()
    if known is not None and known.state == CaseState.OPEN:
        known.strength, known.reasons = one.strength, one.reasons
        known.save(update_fields=["strength", "reasons"])
        return 0
    if known is not None and one.strength < known.strength * _GROWN:
        return 0
    row = Case.objects.create(
        rule=one.rule,
        member_id=one.member,
        key=one.key,
        strength=one.strength,
        reasons=one.reasons,
        opened_at=now,
    )
    publish(CaseOpened(row.pk, row.rule), aggregate=f"reward_risk:{row.pk.hex}")
    return 1
