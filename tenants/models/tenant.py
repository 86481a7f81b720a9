"""Tenants, what holds them back, and the pool that new ones come from."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models.functions import Now
from django_tenants.models import TenantMixin
from typing_extensions import override

from kernel.common.ids import public_id, uuid7
from kernel.tenancy.errors import TenantSwitchRefused
from tenants.choices import HoldKind, HoldLevel, SlotState, TenantKind, TenantState


class Tenant(TenantMixin):
    """One sub-platform.

    Attributes:
        channel_id: the channel partner it belongs to, a row of the channel centre.
        offers: the languages and currencies that it offers, see `tenants.offers`.
        media_origin: where browsers fetch its pictures, see `tenants.services.origins`.
        ring: migration order; 0 are the canaries.
        version: grows with every change that a cached copy must notice.
        release: fingerprint of the kernel pack that its schema stands on.
    """

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=TenantKind, default=TenantKind.LIVE)
    state = models.CharField(max_length=16, choices=TenantState, default=TenantState.PENDING)
    role_name = models.CharField(max_length=63, default="")
    legal_entity = models.CharField(max_length=200, default="", blank=True)
    locale = models.CharField(max_length=10, default="zh-hans")
    zone = models.CharField(max_length=64, default="Asia/Shanghai")
    currency = models.CharField(max_length=3, default="CNY")
    channel_id = models.UUIDField(null=True, blank=True, db_index=True)
    brand = models.JSONField(default=dict, blank=True)
    offers = models.JSONField(default=dict, db_default={}, blank=True)
    media_origin = models.CharField(max_length=270, default="", db_default="", blank=True)
    ring = models.PositiveSmallIntegerField(default=2)
    version = models.BigIntegerField(default=1)
    release = models.CharField(max_length=64, default="", blank=True)
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    archive_path = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    state_changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenants_schema_grammar",
                condition=models.Q(schema_name__regex=r"^t_[0-9a-z]{16}$"),
            ),
        ]
        indexes = [models.Index(fields=["state", "ring"], name="tenants_by_state_ring")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ten", self.id)

    @override
    def __str__(self) -> str:
        return self.name

    @override
    def __enter__(self) -> NoReturn:
        """Refuse: django-tenants keeps the previous tenant in one list for all threads.

        Raises:
            TenantSwitchRefused: always.
        """
        raise TenantSwitchRefused("use kernel.tenancy.context.tenant_context")

    @override
    def activate(self) -> NoReturn:
        """Refuse, as ``with tenant`` is.

        Raises:
            TenantSwitchRefused: always.
        """
        raise TenantSwitchRefused("use kernel.tenancy.context.tenant_context")

    @override
    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: tenants end by being purged, and their row stays.

        Raises:
            TenantSwitchRefused: always.
        """
        raise TenantSwitchRefused("a tenant is purged, never deleted")


class Hold(models.Model):
    """A reason to hold a tenant back; its effective level is the highest open one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=16, choices=HoldKind)
    level = models.PositiveSmallIntegerField(choices=HoldLevel)
    reason = models.CharField(max_length=300)
    placed_by = models.CharField(max_length=200)
    placed_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant", "level"],
                name="tenants_open_holds",
                condition=models.Q(released_at=None),
            )
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("hld", self.id)


class SchemaSlot(models.Model):
    """A schema that was made ahead of its tenant."""

    schema_name = models.CharField(primary_key=True, max_length=63)
    role_name = models.CharField(max_length=63)
    release = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=SlotState, default=SlotState.READY)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                name="tenants_ready_slots",
                condition=models.Q(state=SlotState.READY),
            )
        ]
