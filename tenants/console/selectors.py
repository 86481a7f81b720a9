"""What the pages of the tenant's console show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.access.models import Role, Staff
from kernel.access.services import OWNER
from kernel.modules.errors import UnknownModule
from kernel.tenancy.context import public_context
from tenants.brands import alias_target, is_own_name
from tenants.choices import DomainState, JobKind, JobState
from tenants.domains import shown
from tenants.models import Domain, Job, Tenant
from tenants.services.domains import PROOF_LABEL
from tenants.services.modules import ModuleStatus


@dataclass(frozen=True, slots=True)
class ListedDomain:
    """A host name as its page shows it.

    Attributes:
        name: as people write it.
        record, proof, alias: what the DNS may hold to prove the name.
        is_own: it stands under the installation's domain and needs no proof.
    """

    domain: Domain
    name: str
    record: str
    proof: str
    alias: str
    is_own: bool

    @property
    def is_verified(self) -> bool:
        """True when it answers."""
        return bool(self.domain.state == DomainState.VERIFIED)


def domains_of(tenant_id: UUID) -> list[ListedDomain]:
    """Return all host names of a tenant, the primary ones first; one query."""
    with public_context():
        rows = list(
            Domain.objects.filter(tenant_id=tenant_id)
            .select_related("tenant")
            .order_by("-kind", "-is_primary", "domain")
        )
    return [
        ListedDomain(
            domain=row,
            name=shown(row.domain),
            record=f"{PROOF_LABEL}.{row.domain}",
            proof=row.proof,
            alias=f"{row.proof[:20]}.{alias_target(row.tenant.brand)}",
            is_own=is_own_name(row.tenant, row.domain),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Function:
    """A module, and the work on it that has not ended or failed last."""

    status: ModuleStatus
    job: Job | None

    @property
    def is_busy(self) -> bool:
        """True while it is being switched on."""
        return self.job is not None and self.job.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def failure(self) -> str:
        """Why switching it on failed last, or nothing."""
        failed = self.job is not None and self.job.state == JobState.FAILED
        return self.job.error if failed and self.job and not self.status.enabled else ""

    @property
    def may_switch_on(self) -> bool:
        """True when nothing stands in the way."""
        blocked = self.status.missing or self.status.excluded_by
        return self.status.decision.allowed and not self.status.enabled and not blocked


def functions_of(tenant_id: UUID, statuses: list[ModuleStatus]) -> list[Function]:
    """Join the modules of a tenant with the newest job on each; one query."""
    newest: dict[str, Job] = {}
    with public_context():
        jobs = Job.objects.filter(tenant_id=tenant_id, kind=JobKind.MODULE_ENABLE)
        for job in jobs.order_by("-created_at")[:100]:
            newest.setdefault(str(job.data.get("module")), job)
    return [Function(status, newest.get(status.manifest.code)) for status in statuses]


def function_of(functions: list[Function], code: str) -> Function:
    """Return one module of the list.

    Raises:
        UnknownModule: it is not there.
    """
    for function in functions:
        if function.status.manifest.code == code:
            return function
    raise UnknownModule(module=code[:64])


def open_job(tenant_id: UUID) -> Job | None:
    """Return the work on a tenant that has not ended, or None."""
    with public_context():
        return Job.objects.filter(
            Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING), tenant_id=tenant_id
        ).first()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the staff, with the names of the roles."""

    staff: Staff
    roles: list[str]


def staff_list() -> list[Person]:
    """Return the staff of the current scope, without helpers; two queries."""
    people = list(Staff.objects.filter(expires_at=None).order_by("name"))
    names: dict[UUID, list[str]] = {}
    for staff_id, code, name in Role.objects.filter(assignments__staff__in=people).values_list(
        "assignments__staff_id", "code", "name"
    ):
        names.setdefault(staff_id, []).append(_("Owner") if code == OWNER else name)
    return [Person(person, sorted(names.get(person.pk, []))) for person in people]


def kept_brand(tenant_id: UUID) -> dict[str, Any]:
    """Return what is kept of a tenant's brand: its own fields and the inherited ones."""
    with public_context():
        found: dict[str, Any] = Tenant.objects.values_list("brand", flat=True).get(pk=tenant_id)
    return found
