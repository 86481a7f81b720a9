"""Moves of tenants between partners: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from channel_center.models import Channel
from channel_center.moves.choices import OPEN_MOVES, AskedBy, MoveState
from kernel.common.db.conditions import one_of
from kernel.common.ids import public_id, uuid7
from tenants.models import Job, Tenant


class Move(models.Model):
    """A tenant's way from one partner to another.

    Attributes:
        giving, receiving: the partners; none stands for the operator.
        approver: whose approval it needs, when ``needs_approval``; none for the operator's.
        terms: the money that the receiver agreed to, as it was shown.
        legs: what each finished step did, by its name; what it takes to undo it.
        note: why it was refused.
        leaves_at: from then on names below the former partner's domain are gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="moves")
    giving = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="+")
    receiving = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="+")
    approver = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="+")
    needs_approval = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=MoveState.choices, default=MoveState.ASKED.value
    )
    asked_side = models.CharField(max_length=10, choices=AskedBy.choices)
    reason = models.CharField(max_length=300, default="", blank=True)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.CharField(max_length=200, default="", blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField(max_length=200, default="", blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=200, default="", blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, default="", blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    terms = models.JSONField(default=list, blank=True)
    legs = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=300, default="", blank=True)
    leaves_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(state__in=OPEN_MOVES), name="moves_one_open"
            ),
            models.CheckConstraint(condition=one_of("state", MoveState.values), name="moves_state"),
            models.CheckConstraint(
                condition=Q(giving=None) | Q(receiving=None) | ~Q(giving=F("receiving")),
                name="moves_to_another",
            ),
            models.CheckConstraint(
                condition=Q(giving__isnull=False) | Q(receiving__isnull=False),
                name="moves_from_or_to_a_partner",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["giving", "-asked_at"], name="moves_given"),
            models.Index(fields=["receiving", "-asked_at"], name="moves_received"),
            models.Index(
                fields=["expires_at"], name="moves_expire", condition=Q(state__in=OPEN_MOVES)
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("mov", self.id)


class MovePolicy(models.Model):
    """Whether moves between those below need an approval; they do where nothing was said.

    Attributes:
        channel: whose approval; none for the operator's.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, null=True, related_name="+")
    needs_approval = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel"], nulls_distinct=False, name="moves_one_policy"
            ),
        ]


class ArchiveConsent(models.Model):
    """The owner agreed that the provider makes archives of the shop and fetches them."""

    tenant = models.OneToOneField(
        Tenant, on_delete=models.CASCADE, primary_key=True, related_name="archive_consent"
    )
    given_by = models.CharField(max_length=200)
    given_at = models.DateTimeField(db_default=Now())
