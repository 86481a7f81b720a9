"""Compiled DDL and the migrations of all tenants."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from kernel.common.ids import uuid7
from tenants.choices import RunState
from tenants.models.tenant import Tenant


class DdlPack(models.Model):
    """The statements that bring one segment of a schema from one state to another.

    Attributes:
        segment: ``kernel`` or a module's code.
        source: digest of the migrations that are already applied; empty for none.
        target: digest of the migrations applied afterwards, of their code and of
            the Django that compiled them.
        statements: SQL in order, with unqualified names.
        migrations: ``[app, name]`` pairs to record.
        tables: tables of the segment when the pack was applied.
        catalog: digest of the catalog that a schema then has, for this segment.
        atomic: False when Django itself must run the migrations.
    """

    id = models.BigAutoField(primary_key=True)
    segment = models.CharField(max_length=32)
    source = models.CharField(max_length=64, default="", blank=True)
    target = models.CharField(max_length=64)
    statements = models.JSONField()
    migrations = models.JSONField()
    tables = models.JSONField()
    catalog = models.CharField(max_length=64)
    atomic = models.BooleanField(default=True)
    built_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "source", "target"], name="tenants_one_pack")
        ]


class MigrationRun(models.Model):
    """One pass over the fleet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(max_length=8, choices=RunState, default=RunState.RUNNING)
    release = models.CharField(max_length=64)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    abort_requested = models.BooleanField(default=False)
    report = models.JSONField(default=dict, blank=True)


class TenantMigration(models.Model):
    """What a pass did to one tenant."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(MigrationRun, on_delete=models.CASCADE, related_name="tenants")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="migrations")
    ring = models.PositiveSmallIntegerField()
    done = models.BooleanField(default=False)
    error = models.TextField(default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "tenant"], name="tenants_one_row_a_run")
        ]


class DriftFinding(models.Model):
    """What the last look at a tenant's catalog found.

    Attributes:
        segment: where the first difference is; empty when there is none.
        detail: the differing lines; empty for a tenant that is as its packs say.
    """

    tenant = models.OneToOneField(Tenant, primary_key=True, on_delete=models.CASCADE)
    segment = models.CharField(max_length=32)
    expected = models.CharField(max_length=64)
    found = models.CharField(max_length=64)
    detail = models.JSONField(default=list)
    found_at = models.DateTimeField(db_default=Now())
