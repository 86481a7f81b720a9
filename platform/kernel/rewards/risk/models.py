"""Traces by which accounts are seen to belong together, and cases for people to decide."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.rewards.risk.choices import CaseState, Rule, TraceKind
from kernel.tenancy.models import TenantModel

DECIDED: Final = [CaseState.CLEARED.value, CaseState.HELD.value, CaseState.RELEASED.value]


class Trace(TenantModel):
    """Something that an account was used with.

    Attributes:
        digest: keyed hash; neither address nor number can be read from the row.
    """

    id = models.BigAutoField(primary_key=True)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE, db_index=False)
    kind = models.CharField(max_length=10, choices=TraceKind.choices)
    digest = models.CharField(max_length=64)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "digest"], name="reward_risk_shared_traces")]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind", "digest"], name="reward_risk_trace_once"
            ),
            models.CheckConstraint(condition=one_of("kind", TraceKind), name="reward_risk_kind"),
        ]


class Case(TenantModel):
    """Something that somebody has to look at.

    Attributes:
        key: what it is about, so that it is not raised again each hour.
        strength: how much speaks for it; a decided case comes back when it has doubled.
        reasons: what was seen, each with its figures.
        note: why it was decided so; the member reads it when payouts are held.
        objection: what the member says to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.CharField(max_length=16, choices=Rule.choices)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE)
    key = models.CharField(max_length=80)
    strength = models.PositiveIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=CaseState.choices, default=CaseState.OPEN)
    opened_at = models.DateTimeField(db_default=Now())
    note = models.CharField(max_length=300, default="", blank=True)
    decided_by = models.CharField(max_length=64, default="", blank=True)
    decided_name = models.CharField(max_length=80, default="", blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    objection = models.CharField(max_length=500, default="", blank=True)
    objected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-id"], name="reward_risk_in_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "member", "key"],
                condition=Q(state="open"),
                name="reward_risk_one_open_case",
            ),
            models.CheckConstraint(condition=one_of("state", CaseState), name="reward_risk_state"),
            models.CheckConstraint(condition=one_of("rule", Rule), name="reward_risk_rule"),
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="reward_risk_people_decide",
            ),
            models.CheckConstraint(
                condition=~Q(state="held") | ~Q(note=""), name="reward_risk_no_silent_hold"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.get_rule_display()} {self.public_id}"

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("rsk", self.id)
