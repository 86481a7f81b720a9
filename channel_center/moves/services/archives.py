"""Archives to leave with: made for the owner, and by the provider where the owner agreed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.db import transaction

from channel_center.moves.errors import NoConsent, UnknownMove
from channel_center.moves.models import ArchiveConsent
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import public_context, tenant_context
from kernel.tenancy.ports import directory
from tenants.choices import JobKind, JobState
from tenants.models import Job
from tenants.services.requests import export
from tenants.services.steps.shared import archives

_PART: Final = 1 << 20
SHOWN: Final = 10
PROVIDER: Final = "provider"


def exports_of(tenant_id: UUID) -> list[Job]:
    """Return the latest archives of a tenant that were asked for."""
    with public_context():
        rows = Job.objects.filter(tenant=tenant_id, kind=JobKind.EXPORT)
        return list(rows.order_by("-created_at")[:SHOWN])


def provider_exports_of(tenant_id: UUID) -> list[Job]:
    """Return the latest archives that the provider had made: the owner's are the owner's."""
    with public_context():
        rows = Job.objects.filter(tenant=tenant_id, kind=JobKind.EXPORT, data__by=PROVIDER)
        return list(rows.order_by("-created_at")[:SHOWN])


def consent_of(tenant_id: UUID) -> ArchiveConsent | None:
    """Return whether the owner agreed that the provider makes archives."""
    with public_context():
        return ArchiveConsent.objects.filter(pk=tenant_id).first()


@transaction.atomic
def set_consent(tenant_id: UUID, *, is_given: bool, actor: Actor) -> None:
    """Let the provider make archives, or no more; in the owner's own log."""
    with public_context():
        if is_given:
            _row, changed = ArchiveConsent.objects.get_or_create(
                tenant_id=tenant_id, defaults={"given_by": actor.name[:200]}
            )
        else:
            changed = bool(ArchiveConsent.objects.filter(pk=tenant_id).delete()[0])
    if changed:
        action = "moves.archive_allowed" if is_given else "moves.archive_forbidden"
        with tenant_context(directory().by_id(tenant_id)) as tenant:
            record(action=action, actor=actor, obj=("tenant", tenant.public_id))


@transaction.atomic
def export_for_provider(tenant_id: UUID, *, passphrase: str, actor: Actor) -> Job:
    """Have an archive made for the provider.

    Raises:
        NoConsent: the owner has not agreed.
        StateRefused, WeakPassphrase, JobOpen: as `tenants.services.requests.export`.
    """
    if consent_of(tenant_id) is None:
        raise NoConsent
    job = export(tenant_id, actor=actor, passphrase=passphrase, by=PROVIDER)
    with tenant_context(directory().by_id(tenant_id)) as tenant:
        obj = ("tenant", tenant.public_id)
        record(action="moves.archive_made", actor=actor, obj=obj, after={"job": job.public_id})
    return job


@transaction.atomic
def ready_export(tenant_id: UUID, job_id: UUID, *, actor: Actor) -> tuple[str, int]:
    """Return name and size of an archive that is about to be fetched, and put that on record.

    Raises:
        UnknownMove: there is none, it is not finished, or it was deleted.
    """
    with public_context():
        rows = Job.objects.filter(pk=job_id, tenant=tenant_id, kind=JobKind.EXPORT)
        job = rows.filter(state=JobState.DONE).first()
    if job is None or not job.data.get("path"):
        raise UnknownMove
    with tenant_context(directory().by_id(tenant_id)) as tenant:
        obj = ("tenant", tenant.public_id)
        record(action="moves.archive_fetched", actor=actor, obj=obj, after={"job": job.public_id})
    return str(job.data["path"]), int(job.data.get("bytes") or 0)


def parts_of(path: str) -> Iterator[bytes]:
    """Yield an archive piece by piece."""
    with public_context():
        file = archives().open(path)
    with file:
        while part := file.read(_PART):
            yield part
