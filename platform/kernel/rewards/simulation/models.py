"""Simulations with their reports: the table."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.rewards.policy.models import Activation
from kernel.rewards.simulation.choices import SimulationState
from kernel.tenancy.models import TenantModel


class Simulation(TenantModel):
    """Scenarios for modes with a shop's figures, and what they came to.

    Attributes:
        fingerprint: of packs and figures; a report speaks for an activation that has the same.
        activation: what the report was made for, or handed in with.
        outcomes: one for each scenario, as `outcomes.Outcome.told` gives them.
        done, total: orders simulated so far, and in all.
        fault: code of the refusal that ended it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    packs = models.JSONField(default=list)
    parameters = models.JSONField(default=dict, blank=True)
    assumptions = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, db_index=True)
    activation = DBForeignKey(Activation, db_on_delete=CASCADE, null=True, blank=True)
    state = models.CharField(
        max_length=8, choices=SimulationState.choices, default=SimulationState.WAITING
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=list, blank=True)
    is_solvent = models.BooleanField(null=True, blank=True)
    fault = models.CharField(max_length=80, default="", blank=True)
    asked_name = models.CharField(max_length=80, default="", blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reward_simulation_state", condition=one_of("state", SimulationState)
            ),
            models.CheckConstraint(
                name="reward_simulation_has_an_answer",
                condition=~Q(state=SimulationState.DONE) | Q(is_solvent__isnull=False),
            ),
            models.CheckConstraint(
                name="reward_simulation_progress", condition=Q(done__lte=F("total"))
            ),
        ]

    @override
    def __str__(self) -> str:
        return ", ".join(self.packs)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("sim", self.id)

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return self.done * 100 // self.total if self.total else 0
