"""Every monitor is read, and what is beyond its limit is acted upon."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.outbox.publishing import publish
from kernel.common.time import local_date
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.draws.models import Draw
from kernel.rewards.draws.services import stop
from kernel.rewards.models import Programme
from kernel.rewards.monitors.catalogue import Monitor, own_monitors
from kernel.rewards.monitors.choices import Level, Measure
from kernel.rewards.monitors.events import AlarmEnded, AlarmRaised
from kernel.rewards.monitors.figures import OF_REWARDS, Facts, Seen
from kernel.rewards.monitors.models import Alarm, Halt, Reading
from kernel.rewards.monitors.standing import OF_STANDING
from kernel.rewards.policy.texts import worded
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask

WATCH: Final = "reward_monitors.watch"
ACTOR: Final = Actor.system("reward_monitors")
_EVERY: Final = timedelta(hours=1)
_ALARMING: Final = (Level.WARN, Level.ACT)


def watch_if_needed(*, now: datetime) -> None:
    """Read the monitors where modes or draws run, and come again in an hour."""
    is_live = Programme.objects.filter(state=ProgrammeState.LIVE).exists()
    if is_live or Draw.objects.filter(closes_at__gt=now - timedelta(days=1)).exists():
        watch(now=now)
        with transaction.atomic():
            ask(WATCH, now + _EVERY)


def watch(*, now: datetime) -> dict[str, Level]:
    """Read every monitor and act on what it says; return how each stands.

    In a sandbox nothing has value: figures are read and shown, and nothing is halted.
    """
    facts = Facts(now)
    return {code: _read(one, facts, now) for code, one in own_monitors().items()}


def _read(one: Monitor, facts: Facts, now: datetime) -> Level:
    reward = OF_REWARDS.get(one.code)
    seen = reward(one, facts) if reward is not None else OF_STANDING[one.code](one, now)
    level = one.level_of(seen.figure)
    with transaction.atomic():
        Reading.objects.update_or_create(
            monitor=one.code,
            day=local_date(now, current_tenant().zone),
            defaults={
                "figure": seen.figure,
                "level": level,
                "facts": seen.facts,
                "read_at": now,
            },
        )
        if level in _ALARMING:
            _raise(one, level, seen, now)
        elif level == Level.OK:
            _end(one.code, now)
    return level


def _raise(one: Monitor, level: Level, seen: Seen, now: datetime) -> None:
    figure = seen.figure or Decimal(0)
    told = {"level": level, "figure": figure, "facts": seen.facts}
    alarm = Alarm.objects.select_for_update().filter(monitor=one.code, ended_at=None).first()
    is_news = alarm is None or (alarm.level != Level.ACT and level == Level.ACT)
    if alarm is None:
        alarm = Alarm.objects.create(monitor=one.code, raised_at=now, **told)
    elif is_news:
        for name, value in told.items():
            setattr(alarm, name, value)
        alarm.save(update_fields=list(told))
    acts = level == Level.ACT and current_tenant().kind != "sandbox"
    if acts:
        _act(one, seen, now)
    if is_news:
        limit = one.act if level == Level.ACT else one.warn
        measure = one.measure if acts else Measure.NONE
        publish(
            AlarmRaised(
                alarm.pk, one.code, str(level), str(measure), f"{figure.normalize():f}",
                f"{limit.normalize():f}" if limit is not None else "",
            ),
            aggregate=f"reward_monitor:{one.code}",
        )  # fmt: skip


def _act(one: Monitor, seen: Seen, now: datetime) -> None:
    if one.measure in {Measure.FREEZE, Measure.STOP}:
        Halt.objects.get_or_create(
            monitor=one.code,
            lifted_at=None,
            defaults={"measure": one.measure, "since": now},
        )
    elif one.measure == Measure.DRAWS:
        for public in seen.facts["wrong"]:
            _stop_draw(parse_public_id("drw", public), worded(one.names), now)


def _stop_draw(draw_id: UUID, why: str, now: datetime) -> None:
    try:
        with transaction.atomic():
            stop(draw_id, reason=why, actor=ACTOR, now=now)
    except DomainError:
        return  # It is over: the alarm tells people, nothing is left to stop.


def _end(code: str, now: datetime) -> None:
    for alarm in Alarm.objects.select_for_update().filter(monitor=code, ended_at=None):
        alarm.ended_at = now
        alarm.save(update_fields=["ended_at"])
        publish(AlarmEnded(alarm.pk, code), aggregate=f"reward_monitor:{code}")
