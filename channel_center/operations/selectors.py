"""How each shop of the fleet is: version, state, queue, errors and storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from channel_center.models import Channel
from channel_center.operations.models import Announcement, ModuleStop
from kernel.common.wakeups.models import Wakeup
from kernel.modules.registry import manifests
from kernel.tenancy.schedules.models import ScheduleClaim
from kernel.tenancy.schedules.services import ATTEMPTS
from tenants.choices import LIVING, InstallState
from tenants.models import ModuleInstall, Tenant

DAY: Final = timedelta(days=1)
_SIZES: Final = (
    "SELECT n.nspname, sum(pg_total_relation_size(c.oid)) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'm') GROUP BY 1"
)


@dataclass(frozen=True, slots=True)
class FleetRow:
    """A shop of the fleet.

    Attributes:
        is_newest: it stands on this release.
        queue: signs of events that wait for delivery.
        runs, failed: of its jobs by the clock within a day.
        size: of its tables with their indexes, in bytes.
    """

    tenant: Tenant
    channel: str
    is_newest: bool
    queue: int
    runs: int
    failed: int
    size: int

    @property
    def error_percent(self) -> float:
        """Return how many of a hundred jobs were given up within a day."""
        return round(100 * self.failed / self.runs, 1) if self.runs else 0.0


def find_fleet(*, text: str = "", state: str = "", ring: str = "", newest: str = "",
               only_behind: bool = False) -> QuerySet[Tenant]:  # fmt: skip
    """Return the living shops that fit, the first ring first."""
    found = Tenant.objects.filter(state__in=LIVING).order_by("ring", "name", "pk")
    if text := text.strip():
        found = found.filter(Q(name__icontains=text) | Q(schema_name=text))
    if state in LIVING:
        found = found.filter(state=state)
    if ring.isdecimal():
        found = found.filter(ring=int(ring[:2]))
    return found.exclude(release=newest) if only_behind else found


def fleet_rows(tenants: Sequence[Tenant], *, newest: str, now: datetime) -> list[FleetRow]:
    """Add how each of some shops is; four queries."""
    ids, schemas = [row.pk for row in tenants], [row.schema_name for row in tenants]
    waiting = Wakeup.objects.filter(schema_name__in=schemas).values_list("schema_name")
    queues = dict(waiting.annotate(number=Count("pk")).order_by())
    failed = Q(done_at=None, attempts__gte=ATTEMPTS)
    claims = ScheduleClaim.objects.filter(tenant_id__in=ids, due_at__gt=now - DAY)
    runs: dict[UUID, tuple[int, int]] = {
        row["tenant_id"]: (row["runs"], row["lost"])
        for row in claims.values("tenant_id").annotate(
            runs=Count("pk", filter=Q(done_at__isnull=False) | failed),
            lost=Count("pk", filter=failed),
        )
    }
    channels = {row.channel_id for row in tenants if row.channel_id is not None}
    names = dict(Channel.objects.filter(pk__in=channels).values_list("pk", "name"))
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [schemas])
        sizes = {str(name): int(size) for name, size in cursor.fetchall()}
    return [
        FleetRow(
            tenant=row,
            channel=names.get(row.channel_id, "") if row.channel_id is not None else "",
            is_newest=row.release == newest,
            queue=queues.get(row.schema_name, 0),
            runs=runs.get(row.pk, (0, 0))[0],
            failed=runs.get(row.pk, (0, 0))[1],
            size=sizes.get(row.schema_name, 0),
        )
        for row in tenants
    ]


@dataclass(frozen=True, slots=True)
class StoppableModule:
    """A function of the installation, in how many shops it is on, and its stop."""

    code: str
    shops: int
    stop: ModuleStop | None


def stoppable_modules() -> list[StoppableModule]:
    """Return every function, stopped ones first; two queries."""
    on = ModuleInstall.objects.filter(state=InstallState.ENABLED).values_list("module")
    numbers = dict(on.annotate(number=Count("pk")).order_by())
    stops = {row.module: row for row in ModuleStop.objects.all()}
    found = [StoppableModule(code, numbers.get(code, 0), stops.get(code)) for code in manifests()]
    return sorted(found, key=lambda row: (row.stop is None, -row.shops, row.code))


def announcements(*, now: datetime) -> list[Announcement]:
    """Return what is or will be announced, the newest first; one query."""
    rows = Announcement.objects.filter(withdrawn_at=None, ends_at__gt=now)
    return list(rows.order_by("-starts_at")[:50])
