"""Finds and shows tenants for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenants.models import Job, Tenant


def find(text: str) -> Tenant:
    """Return the tenant with an id (``ten_…``), a host name, or a name that only it bears.

    Raises:
        UnknownTenant: none, or several of this name.
    """
    from kernel.common.ids import InvalidId, parse_public_id
    from kernel.tenancy.context import public_context
    from kernel.tenancy.errors import UnknownTenant
    from tenants.models import Tenant

    with public_context():
        try:
            found = list(Tenant.objects.filter(pk=parse_public_id("ten", text)))
        except InvalidId:
            found = list(Tenant.objects.filter(domains__domain=text.lower()).distinct())
            found = found or list(Tenant.objects.filter(name=text).exclude(state="purged")[:2])
    if len(found) != 1:
        raise UnknownTenant("several tenants bear this name; use its id" if found else "")
    return found[0]


def row(tenant: Tenant) -> dict[str, Any]:
    """Return what a list shows of a tenant."""
    from kernel.common.time import utc_now
    from kernel.tenancy.context import public_context
    from tenants.services.states import effective_level

    with public_context():
        hosts = list(
            tenant.domains.order_by("kind", "-is_primary").values_list("domain", flat=True)
        )
        level = effective_level(tenant, now=utc_now())
    return {
        "id": tenant.public_id,
        "name": tenant.name,
        "kind": tenant.kind,
        "state": tenant.state,
        "level": level,
        "ring": tenant.ring,
        "hosts": ", ".join(hosts),
        "created": tenant.created_at,
    }


def details(tenant: Tenant) -> dict[str, Any]:
    """Return all that the registry knows of a tenant."""
    from kernel.tenancy.context import public_context
    from tenants.models import Job

    with public_context():
        return {
            **row(tenant),
            "legal_entity": tenant.legal_entity,
            "locale": tenant.locale,
            "zone": tenant.zone,
            "currency": tenant.currency,
            "schema": tenant.schema_name,
            "release": tenant.release,
            "archive": tenant.archive_path,
            "media_origin": tenant.media_origin,
            "trial_ends": tenant.trial_ends_at,
            "domains": [
                {
                    "domain": domain.domain,
                    "kind": domain.kind,
                    "state": domain.state,
                    "primary": domain.is_primary,
                }
                for domain in tenant.domains.order_by("kind", "domain")
            ],
            "modules": dict(tenant.installs.values_list("module", "state")),
            "holds": [
                {
                    "id": str(hold.pk),
                    "kind": hold.kind,
                    "level": hold.level,
                    "reason": hold.reason,
                    "by": hold.placed_by,
                    "until": hold.until,
                }
                for hold in tenant.holds.filter(released_at=None).order_by("placed_at")
            ],
            "jobs": [
                job_row(job)
                for job in Job.objects.filter(tenant=tenant).order_by("-created_at")[:10]
            ],
        }


def job_row(job: Job) -> dict[str, Any]:
    """Return what a list shows of a job."""
    from tenants.models import Tenant

    return {
        "id": job.public_id,
        "tenant": Tenant(pk=job.tenant_id).public_id,
        "kind": job.kind,
        "state": job.state,
        "step": job.step_name,
        "progress": f"{job.done}/{job.total}" if job.total else "",
        "attempts": job.attempts,
        "created": job.created_at,
        "finished": job.finished_at,
        "error": job.error,
    }
