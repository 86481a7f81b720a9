"""Host names."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django_tenants.models import DomainMixin
from typing_extensions import override

from tenants.choices import DomainKind, DomainState
from tenants.models.tenant import Tenant


class Domain(DomainMixin):
    """A host name that a tenant is reached by, in its ASCII form.

    Attributes:
        redirects: answer with a redirect to the primary name of the same kind.
        look: digest of what the name looks like; equal ones can be taken for one another.
        proof: what the DNS record must hold for the name to be verified.
        failed_checks: how often in a row the DNS answered without the proof.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="domains")
    kind = models.CharField(max_length=8, choices=DomainKind, default=DomainKind.STORE)
    state = models.CharField(max_length=8, choices=DomainState, default=DomainState.PENDING)
    look = models.CharField(max_length=64, default="", blank=True)
    redirects = models.BooleanField(default=False)
    proof = models.CharField(max_length=64, default="")
    verified_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    check_error = models.CharField(max_length=300, default="", blank=True)
    failed_checks = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["look"], name="tenants_domain_look"),
            models.Index(fields=["checked_at"], name="tenants_domain_checked"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind"],
                condition=models.Q(is_primary=True),
                name="tenants_one_primary_domain",
            ),
            models.CheckConstraint(
                name="tenants_domain_lower",
                condition=models.Q(domain__regex=r"^[a-z0-9.-]+$"),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.domain

    @override
    def save(self, *args: object, **kwargs: object) -> None:
        """Save this row alone; which name is primary is decided in the service."""
        models.Model.save(self, *args, **kwargs)  # type: ignore[arg-type]
