"""What holds for partners, and with what they work."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from channel_center.models import Channel
from channel_center.partners.choices import (
    ApplicationState,
    PartnerDeliveryState,
    PartnerHoldKind,
    PartnerHoldLevel,
)
from kernel.common.db.conditions import one_of
from kernel.common.ids import public_id, uuid7


class Terms(models.Model):
    """What a partner may do; no row means the narrowest.

    Attributes:
        levels_below: how many levels of sub-partners it may have below itself.
        approves_below: its sub-partners wait for nobody's approval but its own.
        credit_limit_minor: how far its wallet may go below zero, in minor units.
    """

    channel = models.OneToOneField(
        Channel, on_delete=models.CASCADE, primary_key=True, related_name="terms"
    )
    levels_below = models.PositiveSmallIntegerField(default=0)
    approves_below = models.BooleanField(default=False)
    credit_limit_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(credit_limit_minor__gte=0), name="partners_credit_not_negative"
            )
        ]


class Application(models.Model):
    """The wish of a partner to have another below it.

    Attributes:
        brand: as `Channel.brand`.
        channel: what came of it once it is approved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="applications")
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=40)
    host = models.CharField(max_length=253)
    brand = models.JSONField(default=dict)
    person_name = models.CharField(max_length=80)
    person_email = models.EmailField(max_length=254)
    levels_below = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(
        max_length=10, choices=ApplicationState.choices, default=ApplicationState.WAITING
    )
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.CharField(max_length=200, default="", blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    channel = models.OneToOneField(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="application"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=one_of("state", ApplicationState.values), name="partners_application"
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(state="waiting"), name="partners_slug_waits_once"
            ),
            models.UniqueConstraint(
                fields=["host"], condition=Q(state="waiting"), name="partners_host_waits_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "asked_at"], name="partners_applications")
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("apl", self.id)


class PartnerHold(models.Model):
    """A reason to hold a partner back; the highest open one counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=12, choices=PartnerHoldKind.choices)
    level = models.PositiveSmallIntegerField(choices=PartnerHoldLevel.choices)
    reason = models.CharField(max_length=300)
    placed_by = models.CharField(max_length=200)
    placed_at = models.DateTimeField(db_default=Now())
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(level__in=PartnerHoldLevel.values), name="partners_hold_level"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["channel", "level"],
                name="partners_open_holds",
                condition=Q(released_at=None),
            )
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("hld", self.id)


class Reach(models.Model):
    """Of whose shops a partner's person sees some alone; no row means all of them."""

    staff_id = models.UUIDField(primary_key=True)
    tenant_ids = models.JSONField(default=list)


class Invitation(models.Model):
    """Lets somebody choose a first password, once.

    Attributes:
        token_hash: SHA-256 of what stands in the link.
    """

    staff_id = models.UUIDField(primary_key=True)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class PartnerKey(models.Model):
    """A key with which a partner's program uses the channel API; its text is stored nowhere.

    Attributes:
        prefix: how the text begins; people tell keys apart by it.
        former_digest: of the text before the last rotation, good until ``former_until``.
        networks: from where it may be used; empty for everywhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    former_digest = models.CharField(max_length=64, default="", blank=True, db_index=True)
    former_until = models.DateTimeField(null=True, blank=True)
    scopes = models.JSONField(default=list)
    networks = models.JSONField(default=list, blank=True)
    a_minute = models.PositiveIntegerField(default=600)
    made_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("key", self.id)


class PartnerEndpoint(models.Model):
    """An address of a partner that is told what happens to its shops.

    Attributes:
        events: codes of `PARTNER_EVENTS`; ``*`` for all of them.
        failures: attempts that failed since the last one that did not.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="endpoints")
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    is_on = models.BooleanField(default=True)
    failures = models.PositiveIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("whe", self.id)


class PartnerDelivery(models.Model):
    """One event for one endpoint.

    Attributes:
        sequence: the order in which events of a shop are told.
        aggregate: what the order belongs to.
        answer: how the last answer began, or why there was none.
    """

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(
        PartnerEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    event_id = models.UUIDField()
    event = models.CharField(max_length=40)
    aggregate = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(
        max_length=10, choices=PartnerDeliveryState.choices, default=PartnerDeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="partners_told_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="partners_due", condition=Q(state="waiting")),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("whd", self.id)


class SavedView(models.Model):
    """Filters of a list that somebody wants at hand."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff_id = models.UUIDField()
    page = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["staff_id", "page", "name"], name="partners_one_view_a_name"
            )
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("viw", self.id)
