"""Activations of reward modes, and the opinions that they rest on: the tables."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.rewards.policy.choices import ActivationState, Outcome
from kernel.tenancy.models import TenantModel


class Activation(TenantModel):
    """A request to run modes, judged together with all that runs already.

    The database itself lets nothing unlawful be active, nothing be approved by who asked
    for it, and nothing that rests on an opinion be active for ever.

    Attributes:
        packs: codes of the rule packs, with the shop's own figures in ``parameters``.
        verdicts: by place: version of the law and findings, as they were judged.
        expires_at: when an approval has to be renewed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    packs = models.JSONField(default=list)
    parameters = models.JSONField(default=dict, blank=True)
    jurisdictions = models.JSONField(default=list)
    verdicts = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    state = models.CharField(
        max_length=8, choices=ActivationState.choices, default=ActivationState.ASKED
    )
    reason = models.CharField(max_length=500)
    asked_by = models.CharField(max_length=64)
    asked_name = models.CharField(max_length=80)
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.CharField(max_length=64, default="", blank=True)
    decided_name = models.CharField(max_length=80, default="", blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reward_policy_state", condition=one_of("state", ActivationState)
            ),
            models.CheckConstraint(
                name="reward_policy_outcome", condition=one_of("outcome", Outcome)
            ),
            models.CheckConstraint(
                name="reward_policy_nothing_unlawful_is_active",
                condition=~Q(state=ActivationState.ACTIVE, outcome=Outcome.BLOCK),
            ),
            models.CheckConstraint(
                name="reward_policy_second_person",
                condition=~Q(state=ActivationState.ACTIVE)
                | (~Q(decided_by="") & ~Q(decided_by=F("asked_by"))),
            ),
            models.CheckConstraint(
                name="reward_policy_approvals_expire",
                condition=~Q(state=ActivationState.ACTIVE, outcome=Outcome.APPROVAL)
                | Q(expires_at__isnull=False),
            ),
        ]

    @override
    def __str__(self) -> str:
        return ", ".join(self.packs)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("act", self.id)


class Opinion(TenantModel):
    """A lawyer's opinion on an activation, kept as it was uploaded."""

    activation = DBForeignKey(Activation, db_on_delete=CASCADE, primary_key=True)
    author = models.CharField(max_length=120)
    filename = models.CharField(max_length=120)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(db_default=Now())
