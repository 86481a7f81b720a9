"""What the pages of the consoles of channel partners and the operator show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils.translation import get_language

from channel_center.models import Channel
from channel_center.partners.selectors import visible_tenants
from kernel.access.models import Staff
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.modules.registry import manifest_of
from kernel.tenancy.errors import UnknownTenant
from tenants.choices import LIVING, DomainKind, InstallState, JobState
from tenants.domains import shown
from tenants.models import (
    Domain,
    DriftFinding,
    Grant,
    Hold,
    Job,
    MigrationRun,
    ModuleInstall,
    Tenant,
    TenantMigration,
)

_MOST_SHOWN = 50
_WEEKS = 12
_MOST_FUNCTIONS = 8
_MOST_RUNS = 5
_MOST_FAILURES = 10


@dataclass(frozen=True, slots=True)
class ListedTenant:
    """A tenant as a list shows it."""

    tenant: Tenant
    store: str
    channel: str

    @property
    def store_name(self) -> str:
        """The storefront's name as people write it."""
        return shown(self.store) if self.store else ""


def find_tenants(
    person: Staff, *, text: str = "", state: str = "", kind: str = "", currency: str = ""
) -> QuerySet[Tenant]:
    """Return the tenants somebody may see that fit, newest first."""
    found = visible_tenants(person).order_by("-created_at", "-pk")
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if currency:
        found = found.filter(currency=currency)
    if text := text.strip():
        by_host = Domain.objects.filter(domain__icontains=text).values("tenant_id")
        found = found.filter(
            Q(name__icontains=text) | Q(legal_entity__icontains=text) | Q(pk__in=by_host)
        )
    return found


def listed(tenants: Iterable[Tenant]) -> list[ListedTenant]:
    """Add the storefront's name and the channel partner's; two queries."""
    rows = list(tenants)
    stores = dict(
        Domain.objects.filter(tenant__in=rows, kind=DomainKind.STORE, is_primary=True).values_list(
            "tenant_id", "domain"
        )
    )
    channels = {row.channel_id for row in rows if row.channel_id is not None}
    names: dict[UUID | None, str] = dict(
        Channel.objects.filter(pk__in=channels).values_list("pk", "name")
    )
    return [
        ListedTenant(row, stores.get(row.pk, ""), names.get(row.channel_id, "")) for row in rows
    ]


def in_pieces(tenants: QuerySet[Tenant], *, size: int = 500) -> Iterator[ListedTenant]:
    """Yield all of a list without holding it in memory."""
    piece: list[Tenant] = []
    for tenant in tenants.iterator(chunk_size=size):
        piece.append(tenant)
        if len(piece) == size:
            yield from listed(piece)
            piece = []
    yield from listed(piece)


def tenant_by_public_id(person: Staff, text: str) -> Tenant:
    """Return a tenant that somebody may see.

    Raises:
        UnknownTenant: there is none, or it is another channel partner's.
    """
    try:
        tenant_id = parse_public_id("ten", text)
    except DomainError as error:
        raise UnknownTenant from error
    tenant = visible_tenants(person).filter(pk=tenant_id).first()
    if tenant is None:
        raise UnknownTenant
    return tenant


@dataclass(frozen=True, slots=True)
class TenantPage:
    """All that the page of one tenant shows."""

    tenant: Tenant
    channel: str
    holds: list[Hold]
    domains: list[Domain]
    modules: list[tuple[str, bool]]
    job: Job | None
    grants: list[tuple[str, Grant]]


def tenant_page(tenant: Tenant, *, now: datetime) -> TenantPage:
    """Return what the page of a tenant shows; six queries."""
    installs = ModuleInstall.objects.filter(tenant=tenant).order_by("module")
    grants = Grant.objects.filter(tenant=tenant, revoked_at=None).order_by("feature")
    return TenantPage(
        tenant=tenant,
        channel=_channel_name(tenant.channel_id),
        holds=list(
            Hold.objects.filter(
                Q(until=None) | Q(until__gt=now), tenant=tenant, released_at=None
            ).order_by("-level", "-placed_at")
        ),
        domains=list(
            Domain.objects.filter(tenant=tenant).order_by("-kind", "-is_primary", "domain")
        ),
        modules=[(module_name(row.module), row.state == InstallState.ENABLED) for row in installs],
        job=Job.objects.filter(tenant=tenant).order_by("-created_at").first(),
        grants=[(module_name(grant.feature), grant) for grant in grants],
    )


def _channel_name(channel_id: UUID | None) -> str:
    if channel_id is None:
        return ""
    return Channel.objects.filter(pk=channel_id).values_list("name", flat=True).first() or ""


def module_name(code: str) -> str:
    """Return a module's name in the reader's language."""
    manifest = manifest_of(code)
    return manifest.name.in_language(get_language()) if manifest is not None else code


def state_counts(person: Staff) -> Counter[str]:
    """Return how many tenants are in each state; one query."""
    rows = visible_tenants(person).values_list("state").annotate(number=Count("pk")).order_by()
    return Counter(dict(rows))


@dataclass(frozen=True, slots=True)
class Week:
    """How many shops were opened in a week, and how high its bar is out of a hundred."""

    begins: date
    number: int
    height: int
    place: int


def opened_by_week(person: Staff, *, now: datetime) -> list[Week]:
    """Return how many shops were opened in each of the last twelve weeks; one query."""
    monday = (now - timedelta(days=now.weekday())).date()
    begins = [monday - timedelta(weeks=back) for back in range(_WEEKS - 1, -1, -1)]
    rows = visible_tenants(person).filter(created_at__date__gte=begins[0])
    weeks = rows.annotate(week=TruncWeek("created_at")).values_list("week")
    numbers = {
        week.date(): number for week, number in weeks.annotate(number=Count("pk")).order_by()
    }
    most = max(numbers.values(), default=1)
    return [
        Week(day, numbers.get(day, 0), 100 * numbers.get(day, 0) // most, place * 8)
        for place, day in enumerate(begins)
    ]


def module_use(person: Staff) -> list[tuple[str, int]]:
    """Return which functions the most shops have on, the first eight; one query."""
    on = ModuleInstall.objects.filter(
        tenant__in=visible_tenants(person).filter(state__in=LIVING), state=InstallState.ENABLED
    )
    rows = on.values_list("module").annotate(number=Count("pk")).order_by("-number", "module")
    return [(module_name(code), number) for code, number in rows[:_MOST_FUNCTIONS]]


@dataclass(frozen=True, slots=True)
class ListedChannel:
    """A channel partner as a list shows it."""

    channel: Channel
    tenants: int


def channel_list() -> list[ListedChannel]:
    """Return all channel partners; two queries."""
    numbers = dict(
        Tenant.objects.exclude(channel_id=None)
        .values_list("channel_id")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return [
        ListedChannel(channel, numbers.get(channel.pk, 0))
        for channel in Channel.objects.select_related("parent").order_by("name")
    ]


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A piece of work, and how far it is in hundredths (None: it cannot be said)."""

    job: Job
    percent: int | None


def open_jobs() -> list[ListedJob]:
    """Return what is being done to tenants, oldest first, and what failed of late."""
    jobs = (
        Job.objects.select_related("tenant")
        .filter(state__in=[JobState.QUEUED, JobState.RUNNING, JobState.FAILED])
        .order_by("-state", "created_at")[:_MOST_SHOWN]
    )
    return [
        ListedJob(job, min(100, job.done * 100 // job.total) if job.total else None) for job in jobs
    ]


@dataclass(frozen=True, slots=True)
class Release:
    """How many tenants stand on one release."""

    release: str
    tenants: int
    is_newest: bool


@dataclass(frozen=True, slots=True)
class RunReport:
    """A migration of all tenants."""

    run: MigrationRun
    done: int
    total: int
    failed: list[TenantMigration]


def releases(newest: str) -> list[Release]:
    """Return which releases the living tenants stand on; one query."""
    rows = (
        Tenant.objects.filter(state__in=LIVING)
        .values_list("release")
        .annotate(number=Count("pk"))
        .order_by("-number")
    )
    return [Release(release[:12], number, release == newest) for release, number in rows]


def latest_runs() -> list[RunReport]:
    """Return the last migrations of all tenants; one query, and one for each that failed."""
    runs = MigrationRun.objects.order_by("-started_at").annotate(
        number_done=Count("tenants", filter=Q(tenants__done=True)),
        number=Count("tenants"),
        number_failed=Count("tenants", filter=Q(tenants__done=False) & ~Q(tenants__error="")),
    )[:_MOST_RUNS]
    return [
        RunReport(
            run=run,
            done=run.number_done,
            total=run.number,
            failed=_failures(run) if run.number_failed else [],
        )
        for run in runs
    ]


def _failures(run: MigrationRun) -> list[TenantMigration]:
    rows = TenantMigration.objects.filter(run=run, done=False).exclude(error="")
    return list(rows.select_related("tenant").order_by("pk")[:_MOST_FAILURES])


def drift() -> list[DriftFinding]:
    """Return the tenants whose catalog is not what it should be; one query."""
    return list(DriftFinding.objects.select_related("tenant").order_by("-found_at")[:_MOST_SHOWN])
