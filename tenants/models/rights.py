"""What a tenant may use, and what it has switched on."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from kernel.common.ids import uuid7
from tenants.choices import InstallState
from tenants.models.tenant import Tenant


class Grant(models.Model):
    """A right to use a feature for a time; rows are ended, never changed.

    Attributes:
        ends_at: from here the feature is read-only.
        off_at: from here it is off.
        source_type, source_id: what the right was given for; unique together, so
            that giving it twice gives it once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="grants")
    feature = models.CharField(max_length=64)
    edition = models.CharField(max_length=32, default="", blank=True)
    limits = models.JSONField(default=dict, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    off_at = models.DateTimeField(null=True, blank=True)
    priority = models.SmallIntegerField(default=0)
    source_type = models.CharField(max_length=32)
    source_id = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "feature", "source_type", "source_id"],
                name="tenants_grant_source",
            ),
            models.CheckConstraint(
                name="tenants_grant_dates",
                condition=models.Q(ends_at=None)
                | (
                    models.Q(ends_at__gt=models.F("starts_at"))
                    & models.Q(off_at__gte=models.F("ends_at"))
                ),
            ),
        ]
        indexes = [models.Index(fields=["tenant", "feature"], name="tenants_grants_of")]


class ModuleInstall(models.Model):
    """A module whose tables stand in a tenant's schema."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="installs")
    module = models.CharField(max_length=32)
    state = models.CharField(max_length=8, choices=InstallState)
    version = models.CharField(max_length=20)
    release = models.CharField(max_length=64)
    enabled_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "module"], name="tenants_one_install")
        ]
        indexes = [models.Index(fields=["module", "state"], name="tenants_installs_by_module")]
