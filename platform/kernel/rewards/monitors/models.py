"""Readings of monitors, what they have halted, and who confirmed what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.ids import public_id, uuid7
from kernel.rewards.monitors.choices import Level, LooseningState, Measure
from kernel.tenancy.models import TenantModel


class Reading(TenantModel):
    """What a monitor saw last on a day.

    Attributes:
        figure: None where there was too little to tell.
        facts: what it was reckoned from, for people.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    monitor = models.CharField(max_length=4)
    day = models.DateField()
    figure = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    level = models.CharField(max_length=4, choices=Level.choices)
    facts = models.JSONField(default=dict, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["monitor", "day"], name="reward_monitors_once_a_day"),
            models.CheckConstraint(condition=one_of("level", Level), name="reward_monitors_level"),
        ]


class Alarm(TenantModel):
    """A figure has left its limits; open until it is back.

    Attributes:
        level: the gravest that was seen.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    monitor = models.CharField(max_length=4)
    level = models.CharField(max_length=4, choices=Level.choices)
    figure = models.DecimalField(max_digits=14, decimal_places=4)
    facts = models.JSONField(default=dict, blank=True)
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["monitor"],
                condition=Q(ended_at__isnull=True),
                name="reward_monitors_one_open_alarm",
            )
        ]


class Halt(TenantModel):
    """Rewards that a monitor keeps from moving, until two people have lifted it.

    Attributes:
        measure: ``freeze``: nothing moves but what is taken back; ``stop``: orders paid
            from here on earn nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    monitor = models.CharField(max_length=4)
    measure = models.CharField(max_length=6, choices=Measure.choices)
    since = models.DateTimeField()
    asked_by = models.CharField(max_length=64, default="", blank=True)
    asked_name = models.CharField(max_length=80, default="", blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    lifted_by = models.CharField(max_length=64, default="", blank=True)
    lifted_name = models.CharField(max_length=80, default="", blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["monitor"],
                condition=Q(lifted_at__isnull=True),
                name="reward_monitors_one_open_halt",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=["freeze", "stop"]), name="reward_monitors_halts_measure"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True)
                | (~Q(asked_by="") & ~Q(lifted_by="") & ~Q(lifted_by=F("asked_by"))),
                name="reward_monitors_two_people_lift",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.monitor

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("hlt", self.id)


class Deferred(TenantModel):
    """A moment of an order that came while rewards were frozen; told once they move again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order_id = models.UUIDField()
    moment = models.CharField(max_length=12)
    came_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order_id", "moment"], name="reward_monitors_deferred_once"
            )
        ]


class Limit(TenantModel):
    """A limit that the shop has made tighter than the installation's."""

    monitor = models.CharField(max_length=4, primary_key=True)
    warn = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    act = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    reason = models.CharField(max_length=300)
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField(db_default=Now())

    @override
    def __str__(self) -> str:
        return self.monitor


class Confirmation(TenantModel):
    """A second person has looked at a change that was made by hand.

    Attributes:
        entry_id: of the audit log.
    """

    entry_id = models.UUIDField(primary_key=True)
    made_by = models.CharField(max_length=64)
    confirmed_by = models.CharField(max_length=64)
    confirmed_name = models.CharField(max_length=80)
    note = models.CharField(max_length=300, default="", blank=True)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(made_by=F("confirmed_by")), name="reward_monitors_another_confirms"
            )
        ]

    @override
    def __str__(self) -> str:
        return str(self.entry_id)


class Loosening(TenantModel):
    """Somebody asks to let a monitor's limits be looser again; a second person decides.

    Attributes:
        warn, act: the limits asked for, never looser than the installation's.
        state: waits as long as nobody has decided.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    monitor = models.CharField(max_length=4)
    warn = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    act = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    reason = models.CharField(max_length=300)
    state = models.CharField(
        max_length=8, choices=LooseningState.choices, default=LooseningState.ASKED
    )
    asked_by = models.CharField(max_length=64)
    asked_name = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, default="", blank=True)
    decided_name = models.CharField(max_length=80, default="", blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["monitor"],
                condition=Q(state="asked"),
                name="reward_monitors_one_open_loosening",
            ),
            models.CheckConstraint(
                condition=one_of("state", LooseningState), name="reward_monitors_loosening_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (~Q(decided_by="") & ~Q(decided_by=F("asked_by"))),
                name="reward_monitors_two_people_loosen",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.monitor

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("lsn", self.id)
