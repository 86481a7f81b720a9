"""A tenant directory whose answers a test decides."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kernel.tenancy.context import TenantRef
from kernel.tenancy.errors import UnknownTenant
from kernel.tenancy.ports import HostKind


class Fixed:
    """A directory of given tenants."""

    def __init__(self, *tenants: TenantRef) -> None:
        self.tenants = {tenant.id: tenant for tenant in tenants}

    def by_host(self, host: str, *, kind: HostKind) -> TenantRef | None:
        return None

    def by_id(self, tenant_id: UUID) -> TenantRef:
        try:
            return self.tenants[tenant_id]
        except KeyError:
            raise UnknownTenant from None

    def by_schema(self, schema: str) -> TenantRef | None:
        return next((t for t in self.tenants.values() if t.schema == schema), None)

    def all_ids(self) -> list[UUID]:
        return list(self.tenants)

    def forget(self, tenant_id: UUID) -> None:
        """Nothing is kept."""

    def enabled_for(self, module: str) -> list[UUID]:
        return [t.id for t in self.tenants.values() if module in t.modules]

    def zones(self) -> set[str]:
        return {t.zone for t in self.tenants.values()}

    def in_zones(self, zones: Iterable[str], *, module: str | None) -> list[tuple[UUID, str]]:
        wanted = set(zones)
        return [
            (t.id, t.zone)
            for t in self.tenants.values()
            if t.zone in wanted and (module is None or module in t.modules)
        ]

    def owners_of(self, schemas: Iterable[str]) -> dict[str, tuple[UUID, str]]:
        wanted = set(schemas)
        return {t.schema: (t.id, t.zone) for t in self.tenants.values() if t.schema in wanted}
