"""Answers «which tenant is this?» from process memory.

Entries are bounded, live at most `LIFETIME`, and are dropped when any process
announces a change over Redis. While announcements cannot be heard, entries
live `DEAF_LIFETIME` only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from time import monotonic, sleep
from uuid import UUID, uuid4

from django.db.models import Q

from kernel.branding.fields import console_brand, shop_brand
from kernel.common.bounded import BoundedMemory
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context
from kernel.tenancy.errors import UnknownTenant
from kernel.tenancy.ports import HostKind
from tenants.choices import LIVING, DomainState, InstallState, TenantKind
from tenants.invalidation import Listener, announce
from tenants.models import Domain, Hold, ModuleInstall, Tenant
from tenants.offers import read_offers

LIFETIME = 300.0
DEAF_LIFETIME = 2.0
UNKNOWN_LIFETIME = 10.0
MOST_HOSTS = 10_000
MOST_UNKNOWN = 2_000


class CachedDirectory:
    """The kernel's `TenantDirectory`, on the registry's tables."""

    def __init__(self) -> None:
        self._tenants: BoundedMemory[UUID, TenantRef] = BoundedMemory(MOST_HOSTS)
        self._hosts: BoundedMemory[tuple[str, str], UUID] = BoundedMemory(MOST_HOSTS)
        self._unknown: BoundedMemory[tuple[str, str], bool] = BoundedMemory(MOST_UNKNOWN)
        # Raised with every announcement: what was read before one may be of before the change.
        self._announcements = 0
        self._listener = Listener(on_tenant=self.forget, on_silence=self.forget_all)

    def by_host(self, host: str, *, kind: HostKind) -> TenantRef | None:
        """Return the tenant of a verified host name, or None; no query on a warm process."""
        self._listener.ensure_started()
        key = (kind, host)
        if self._unknown.get(key):
            return None
        tenant_id = self._hosts.get(key)
        if tenant_id is None:
            before = self._announcements
            tenant_id = self._read_host(host, kind)
            if before == self._announcements:
                self._keep_host(key, tenant_id)
            if tenant_id is None:
                return None
        try:
            return self.by_id(tenant_id)
        except UnknownTenant:
            return None

    def by_id(self, tenant_id: UUID) -> TenantRef:
        """Return a tenant that has a schema.

        Raises:
            UnknownTenant: no such tenant, or it was archived or purged.
        """
        self._listener.ensure_started()
        if ref := self._tenants.get(tenant_id):
            return ref
        before = self._announcements
        ref, changes_at = read_tenant(tenant_id)
        seconds = self._lifetime(LIFETIME)
        if changes_at is not None:
            seconds = max(0.0, min(seconds, (changes_at - utc_now()).total_seconds()))
        if before == self._announcements:
            self._tenants.put(tenant_id, ref, seconds=seconds)
        return ref

    def by_schema(self, schema: str) -> TenantRef | None:
        """Return the living tenant that owns a schema, or None; one query."""
        with public_context():
            tenant_id = (
                Tenant.objects.filter(schema_name=schema, state__in=LIVING)
                .values_list("id", flat=True)
                .first()
            )
        return None if tenant_id is None else self.by_id(tenant_id)

    def enabled_for(self, module: str) -> Iterable[UUID]:
        """Return the ids of living tenants in which a module is on; one query."""
        with public_context():
            return list(
                ModuleInstall.objects.filter(
                    module=module, state=InstallState.ENABLED, tenant__state__in=LIVING
                ).values_list("tenant_id", flat=True)
            )

    def all_ids(self) -> Iterable[UUID]:
        """Return the ids of all tenants that have a schema; one query."""
        with public_context():
            return list(Tenant.objects.filter(state__in=LIVING).values_list("id", flat=True))

    def zones(self) -> Iterable[str]:
        """Return the time zones of the tenants that have a schema, each once; one query."""
        with public_context():
            return list(
                Tenant.objects.filter(state__in=LIVING).values_list("zone", flat=True).distinct()
            )

    def in_zones(self, zones: Iterable[str], *, module: str | None) -> Iterable[tuple[UUID, str]]:
        """Return id and zone of the tenants in some zones; of those with a module; one query."""
        found = Tenant.objects.filter(state__in=LIVING, zone__in=list(zones))
        if module is not None:
            on = ModuleInstall.objects.filter(module=module, state=InstallState.ENABLED)
            found = found.filter(pk__in=on.values("tenant_id"))
        with public_context():
            return list(found.values_list("id", "zone"))

    def owners_of(self, schemas: Iterable[str]) -> Mapping[str, tuple[UUID, str]]:
        """Return id and zone of the living tenants that own these schemas; one query."""
        found = Tenant.objects.filter(state__in=LIVING, schema_name__in=list(schemas))
        with public_context():
            return {
                schema: (tenant_id, zone)
                for schema, tenant_id, zone in found.values_list("schema_name", "id", "zone")
            }

    def forget(self, tenant_id: UUID) -> None:
        """Drop what is kept of a tenant; unknown hosts too, for one may be known now."""
        self._announcements += 1
        self._tenants.drop(tenant_id)
        self._hosts.drop_values(tenant_id)
        self._unknown.clear()

    def forget_all(self) -> None:
        """Drop everything."""
        self._announcements += 1
        self._tenants.clear()
        self._hosts.clear()
        self._unknown.clear()

    def wait_until_heard(self, *, seconds: float = 5.0) -> None:
        """Return when all that was announced so far was heard, or raise TimeoutError."""
        self._listener.ensure_started()
        marker = uuid4()
        ends = monotonic() + seconds
        while self._listener.last != marker:
            # Repeated, for the subscription may begin only after the first.
            announce(marker)
            sleep(0.01)
            if monotonic() > ends:
                raise TimeoutError

    def _keep_host(self, key: tuple[str, str], tenant_id: UUID | None) -> None:
        if tenant_id is None:
            self._unknown.put(key, value=True, seconds=self._lifetime(UNKNOWN_LIFETIME))
        else:
            self._hosts.put(key, tenant_id, seconds=self._lifetime(LIFETIME))

    def _lifetime(self, seconds: float) -> float:
        return seconds if self._listener.hears else min(seconds, DEAF_LIFETIME)

    @staticmethod
    def _read_host(host: str, kind: str) -> UUID | None:
        with public_context():
            return (
                Domain.objects.filter(domain=host, kind=kind, state=DomainState.VERIFIED)
                .values_list("tenant_id", flat=True)
                .first()
            )


def read_tenant(tenant_id: UUID) -> tuple[TenantRef, datetime | None]:
    """Read a tenant from the tables, and the moment when its holds next change.

    Raises:
        UnknownTenant: no such tenant, or it has no schema.
    """
    now = utc_now()
    with public_context():
        tenant = Tenant.objects.filter(pk=tenant_id, state__in=LIVING).first()
        if tenant is None:
            raise UnknownTenant
        holds = list(
            Hold.objects.filter(Q(until=None) | Q(until__gt=now), tenant=tenant, released_at=None)
        )
        modules = frozenset(
            ModuleInstall.objects.filter(tenant=tenant, state=InstallState.ENABLED).values_list(
                "module", flat=True
            )
        )
        domains = tuple(
            Domain.objects.filter(tenant=tenant, state=DomainState.VERIFIED)
            .order_by("kind", "-is_primary", "domain")
            .values_list("kind", "domain", "redirects")
        )
    ends = [hold.until for hold in holds if hold.until is not None]
    ref = to_ref(
        tenant,
        level=max((hold.level for hold in holds), default=0),
        modules=modules,
        domains=tuple((kind, host) for kind, host, _redirects in domains),
        redirects=frozenset(host for _kind, host, redirects in domains if redirects),
    )
    return ref, min(ends, default=None)


def to_ref(
    tenant: Tenant,
    *,
    level: int = 0,
    modules: frozenset[str] = frozenset(),
    domains: tuple[tuple[str, str], ...] = (),
    redirects: frozenset[str] = frozenset(),
) -> TenantRef:
    """Make the kernel's view of a tenant's row."""
    return TenantRef(
        id=tenant.pk,
        schema=tenant.schema_name,
        role=tenant.role_name,
        name=tenant.name,
        brand=shop_brand(tenant.brand, name=tenant.name),
        staff_brand=console_brand(tenant.brand, name=tenant.name),
        kind="sandbox" if tenant.kind == TenantKind.SANDBOX else "live",
        state=tenant.state,
        level=level,
        locale=tenant.locale,
        zone=tenant.zone,
        currency=tenant.currency,
        version=tenant.version,
        modules=modules,
        domains=domains,
        redirects=redirects,
        offers=read_offers(tenant.offers),
        media_origin=tenant.media_origin,
        ring=tenant.ring,
        channel_id=tenant.channel_id,
    )
