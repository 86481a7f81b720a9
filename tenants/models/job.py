"""Long work on a tenant, resumable after a kill."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from kernel.common.ids import public_id, uuid7
from tenants.choices import JobKind, JobState
from tenants.models.tenant import Tenant


class Job(models.Model):
    """One piece of work in steps.

    A worker holds the job by a lease that it keeps renewing; when it dies the
    lease runs out and another goes on from the last finished step.

    Attributes:
        step: index of the next step to do.
        data: arguments, and what finished steps left for later ones.
        done, total: progress within the current step, in its own units.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="jobs")
    kind = models.CharField(max_length=20, choices=JobKind)
    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    step = models.PositiveSmallIntegerField(default=0)
    step_name = models.CharField(max_length=64, default="", blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    data = models.JSONField(default=dict, blank=True)
    error = models.TextField(default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_holder = models.CharField(max_length=80, default="", blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    requested_by = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=models.Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="tenants_one_open_job",
            )
        ]
        indexes = [
            models.Index(
                fields=["lease_until"],
                name="tenants_open_jobs",
                condition=models.Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
            )
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("job", self.id)
