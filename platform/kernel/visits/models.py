"""Who of the provider wants to help in the shop, and whether the shop lets them."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel
from kernel.visits.choices import VisitState


class Visit(TenantModel):
    """A wish to be let in, and what became of it.

    Attributes:
        helper_id: public id of the person, who signs in elsewhere.
        company: whom the helper works for, by the name that the shop knows.
        access: how the helper is let in; it says until when, and with what rights.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    helper_id = models.CharField(max_length=64)
    helper_name = models.CharField(max_length=80)
    company = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    hours = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=VisitState, default=VisitState.ASKED)
    asked_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, default="", blank=True)
    access = DBForeignKey("access.SupportAccess", db_on_delete=SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visits_state", condition=one_of("state", VisitState.values)
            ),
            models.UniqueConstraint(
                name="visits_one_open",
                fields=["helper_id"],
                condition=Q(state=VisitState.ASKED),
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.helper_name}, {self.company}"

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("vis", self.id)

    def is_open(self, now: datetime) -> bool:
        """Tell whether the helper may come in at a moment."""
        access = self.access
        if self.state != VisitState.GRANTED or access is None or access.ended_at is not None:
            return False
        until = access.staff.expires_at
        return until is not None and until > now
