"""Alarms are written down as they come, and taken note of by people of the platform."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from channel_center.alarms.models import RewardAlarm
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.events import Envelope
from kernel.rewards.monitors.events import AlarmEnded, AlarmRaised
from kernel.tenancy.context import current_tenant, public_context


def on_raised(event: AlarmRaised, envelope: Envelope) -> None:
    """Write an alarm down; one that has got graver is to be seen again."""
    tenant_id = current_tenant().id
    with public_context():
        RewardAlarm.objects.update_or_create(
            tenant_id=tenant_id,
            alarm_id=event.alarm_id,
            defaults={
                "monitor": event.monitor,
                "level": event.level,
                "measure": event.measure,
                "figure": event.figure,
                "limit": event.limit,
                "raised_at": envelope.created_at,
                "seen_by": "",
                "seen_at": None,
            },
        )


def on_ended(event: AlarmEnded, envelope: Envelope) -> None:
    """Close an alarm."""
    tenant_id = current_tenant().id
    with public_context():
        rows = RewardAlarm.objects.filter(tenant_id=tenant_id, alarm_id=event.alarm_id)
        rows.update(ended_at=envelope.created_at)


@transaction.atomic
def take_note(alarm_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Say that somebody of the platform has seen an alarm; once."""
    row = RewardAlarm.objects.select_for_update().filter(pk=alarm_id, seen_at=None).first()
    if row is None:
        return
    row.seen_by, row.seen_at = actor.name[:120], now
    row.save(update_fields=["seen_by", "seen_at"])
    record(
        action="channel_center.reward_alarm_seen",
        actor=actor,
        obj=("reward_alarm", row.public_id),
        after={"name": str(row)},
        now=now,
    )
