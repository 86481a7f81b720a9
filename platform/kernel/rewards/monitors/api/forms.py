"""What the admin API takes and tells of monitors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.audit.models import AuditEntry
from kernel.common.ids import public_id
from kernel.rewards.monitors.choices import Level, LooseningState, Measure
from kernel.rewards.monitors.models import Limit, Reading
from kernel.rewards.monitors.selectors import Standing
from kernel.rewards.policy.texts import worded

LONGEST_REASON = 300
MOST_DAYS = 366
_DIGITS: dict[str, Any] = {"max_digits": 12, "decimal_places": 4}


class ReadingShown(serializers.Serializer[Any]):
    """What a monitor saw last on a day; ``facts`` is what it was reckoned from."""

    day = serializers.DateField()
    figure = serializers.DecimalField(max_digits=14, decimal_places=4, allow_null=True)
    level = serializers.ChoiceField(choices=Level.choices)
    facts = serializers.SerializerMethodField()
    read_at = serializers.DateTimeField()

    def get_facts(self, row: Reading) -> dict[str, Any]:
        """Return what it was reckoned from; members by their public id."""
        member = row.facts.get("member")
        return row.facts | ({"member": public_id("mem", UUID(member))} if member else {})


class HaltShown(serializers.Serializer[Any]):
    """Rewards that a monitor keeps from moving, or kept."""

    id = PublicIdField("hlt", source="pk")
    monitor = serializers.CharField()
    measure = serializers.ChoiceField(choices=Measure.choices)
    since = serializers.DateTimeField()
    asked_name = serializers.CharField(allow_blank=True, help_text="who asked to lift it")
    reason = serializers.CharField(allow_blank=True)
    lifted_name = serializers.CharField(allow_blank=True)
    lifted_at = serializers.DateTimeField(allow_null=True)


class AlarmShown(serializers.Serializer[Any]):
    """A figure that has left its limits, or had."""

    level = serializers.ChoiceField(choices=Level.choices)
    figure = serializers.DecimalField(max_digits=14, decimal_places=4)
    raised_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class LimitsShown(serializers.Serializer[Any]):
    """The limits that the shop has made tighter than the platform's."""

    warn = serializers.DecimalField(allow_null=True, **_DIGITS)
    act = serializers.DecimalField(allow_null=True, **_DIGITS)
    reason = serializers.CharField()
    set_by = serializers.CharField()
    set_at = serializers.DateTimeField()


class LooseningShown(serializers.Serializer[Any]):
    """Looser limits that somebody asked for, and what a second person said."""

    id = PublicIdField("lsn", source="pk")
    monitor = serializers.CharField()
    warn = serializers.DecimalField(allow_null=True, **_DIGITS)
    act = serializers.DecimalField(allow_null=True, **_DIGITS)
    reason = serializers.CharField()
    state = serializers.ChoiceField(choices=LooseningState.choices)
    asked_name = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_name = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class MonitorListed(serializers.Serializer[Any]):
    """A monitor, the limits that hold, and how it stands."""

    code = serializers.CharField()
    name = serializers.CharField(help_text="in the reader's language")
    what = serializers.CharField(help_text="what it reckons")
    unit = serializers.CharField(help_text="share, count, days, weeks or levels")
    is_ceiling = serializers.BooleanField(help_text="figures above the limits are beyond them")
    warn = serializers.DecimalField(allow_null=True, **_DIGITS)
    act = serializers.DecimalField(allow_null=True, **_DIGITS)
    measure = serializers.ChoiceField(choices=Measure.choices, help_text="what happens beyond")
    latest = ReadingShown(allow_null=True)
    alarm = AlarmShown(allow_null=True)
    halt = HaltShown(allow_null=True)


class MonitorShown(MonitorListed):
    """A monitor with the days that it has seen."""

    own_limits = LimitsShown(allow_null=True)
    readings = ReadingShown(many=True)


class SeriesAsked(serializers.Serializer[Any]):
    """How many days of a monitor are shown."""

    days = serializers.IntegerField(required=False, default=90, min_value=1, max_value=MOST_DAYS)


class LimitsTold(serializers.Serializer[Any]):
    """A shop's own limits; null where there is none."""

    warn = serializers.DecimalField(allow_null=True, **_DIGITS)
    act = serializers.DecimalField(allow_null=True, **_DIGITS)
    reason = serializers.CharField(max_length=LONGEST_REASON)


class LiftAsked(serializers.Serializer[Any]):
    """What was mended."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class OpenAsked(serializers.Serializer[Any]):
    """Whether a list shows what waits, what is over, or both."""

    is_open = serializers.BooleanField(required=False, default=None, allow_null=True)


class ChangeShown(serializers.Serializer[Any]):
    """A change by hand that lacks a reason or a second person."""

    id = PublicIdField("aud", source="pk")
    action = serializers.CharField()
    actor_name = serializers.CharField(allow_blank=True)
    member = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()
    reason = serializers.CharField(allow_blank=True)
    occurred_at = serializers.DateTimeField()

    def get_member(self, row: AuditEntry) -> str | None:
        """Return whose balance, level or sponsor was changed, where the entry says so."""
        kind, _colon, key = str((row.after or {}).get("owner", "")).partition(":")
        return public_id("mem", UUID(key)) if kind == "member" else None

    def get_after(self, row: AuditEntry) -> dict[str, Any]:
        """Return what it was changed to."""
        return {name: value for name, value in (row.after or {}).items() if name != "owner"}


class ChangeNoted(serializers.Serializer[Any]):
    """What the second person says; needed where the change has no reason."""

    note = serializers.CharField(
        max_length=LONGEST_REASON, required=False, default="", allow_blank=True
    )


class ConfirmationShown(serializers.Serializer[Any]):
    """A change that a second person has looked at."""

    id = PublicIdField("aud", source="entry_id")
    confirmed_name = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    confirmed_at = serializers.DateTimeField()


def listed(one: Standing) -> dict[str, Any]:
    """Return a monitor as lists show it."""
    found = one.monitor
    return {
        "code": found.code,
        "name": worded(found.names),
        "what": worded(found.what),
        "unit": found.unit,
        "is_ceiling": found.is_ceiling,
        "warn": found.warn,
        "act": found.act,
        "measure": found.measure,
        "latest": one.latest,
        "alarm": one.alarm,
        "halt": one.halt,
    }


def detail(one: Standing, own: Limit | None, readings: Any) -> dict[str, Any]:
    """Return a monitor with the days that it has seen."""
    return {**listed(one), "own_limits": own, "readings": readings}
