"""Endpoints, what is delivered to them, and each attempt: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel
from kernel.webhooks.choices import DeliveryState, EndpointState, Failure


class Endpoint(TenantModel):
    """An address that is told what happens.

    The secrets with which deliveries are signed are kept sealed, not here.

    Attributes:
        events: codes of the event catalogue; ``*`` for all of them.
        failures: attempts that failed since the last one that did not.
        failing_since: when the first of these was.
        paused_until: nothing is tried before; then one delivery, to see.
        former_until: the secret before the last rotation signs as well until then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=EndpointState.choices, default=EndpointState.ON)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    former_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=one_of("state", EndpointState.values), name="webhooks_endpoint_state"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("whe", self.id)


class Delivery(TenantModel):
    """One event for one endpoint.

    Attributes:
        sequence: order in which events were told; inside an aggregate also order of delivery.
        event_id: the same for all endpoints, and at each attempt and replay.
        aggregate: what the order belongs to.
        body: as it is sent, each time the same.
        leased_until: somebody is sending it.
    """

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid7, editable=False)
    endpoint = DBForeignKey(Endpoint, db_on_delete=CASCADE, db_index=False)
    event_id = models.UUIDField()
    event = models.CharField(max_length=80)
    aggregate = models.CharField(max_length=120)
    body = models.TextField()
    is_test = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhooks_told_once"),
            models.CheckConstraint(
                condition=one_of("state", DeliveryState.values), name="webhooks_delivery_state"
            ),
        ]
        indexes: ClassVar = [
            # Only what waits is in these two, so they stay small however long the log is.
            models.Index(
                fields=["endpoint", "aggregate", "sequence"],
                name="webhooks_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["next_at"], name="webhooks_due", condition=Q(state="waiting")),
            models.Index(fields=["endpoint", "-sequence"], name="webhooks_log"),
            models.Index(fields=["created_at"], name="webhooks_age"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("whd", self.id)


class Attempt(TenantModel):
    """One try to deliver.

    Attributes:
        status: what was answered; None when nothing was.
        failure: empty when it was taken.
        answer: how the answer began.
    """

    id = models.BigAutoField(primary_key=True)
    delivery = DBForeignKey(Delivery, db_on_delete=CASCADE)
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=12, choices=Failure.choices, default="", blank=True)
    answer = models.CharField(max_length=500, default="", blank=True)
