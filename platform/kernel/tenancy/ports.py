"""What the kernel asks of the tenant registry; `tenants` answers at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from kernel.tenancy.context import BrandRef, TenantRef

HostKind = Literal["store", "console"]


class TenantDirectory(Protocol):
    """Finds tenants. Answers come from process memory when they can."""

    def by_host(self, host: str, *, kind: HostKind) -> TenantRef | None:
        """Return the tenant that a verified host name of this kind belongs to."""

    def by_id(self, tenant_id: UUID) -> TenantRef:
        """Return a tenant.

        Raises:
            UnknownTenant: no tenant has this id, or it was purged.
        """

    def by_schema(self, schema: str) -> TenantRef | None:
        """Return the tenant that owns a schema, or None when it is gone."""

    def enabled_for(self, module: str) -> Iterable[UUID]:
        """Return the ids of the tenants in which a module is switched on."""

    def all_ids(self) -> Iterable[UUID]:
        """Return the ids of all tenants that have a schema."""

    def zones(self) -> Iterable[str]:
        """Return the time zones of the tenants that have a schema, each once."""

    def in_zones(self, zones: Iterable[str], *, module: str | None) -> Iterable[tuple[UUID, str]]:
        """Return id and zone of the tenants in some zones; of those with a module, if named."""

    def owners_of(self, schemas: Iterable[str]) -> Mapping[str, tuple[UUID, str]]:
        """Return id and zone of the tenants that own these schemas; gone ones are left out."""

    def forget(self, tenant_id: UUID) -> None:
        """Drop what this process keeps of a tenant."""


class _Unset:
    def __getattr__(self, name: str) -> object:
        raise RuntimeError("the tenant directory is not set: `tenants` fills it at start")


_directory: TenantDirectory | _Unset = _Unset()


def directory() -> TenantDirectory:
    """Return the registry's answer machine."""
    return _directory  # type: ignore[return-value]


def set_directory(answers: TenantDirectory) -> None:
    """Plug the registry in; called once, by `tenants`, at start."""
    global _directory  # noqa: PLW0603  the port is a process-wide plug
    _directory = answers


KeepOffers: TypeAlias = Callable[[UUID, Mapping[str, object]], None]


def _no_registry(_tenant_id: UUID, _told: Mapping[str, object]) -> None:
    raise RuntimeError("the tenant registry is not set: `tenants` fills it at start")


_keep_offers: KeepOffers = _no_registry


def keep_offers(tenant_id: UUID, told: Mapping[str, object]) -> None:
    """Have the registry tell every process what a tenant offers, from the commit on.

    Args:
        tenant_id: which.
        told: what changes of its `Offers`, by name; the rest stays.
    """
    _keep_offers(tenant_id, told)


def set_offers_keeper(keep: KeepOffers) -> None:
    """Plug the registry in; called once, by `tenants`, at start."""
    global _keep_offers  # noqa: PLW0603  the port is a process-wide plug
    _keep_offers = keep


class PublicHosts(Protocol):
    """Knows the host names of the channel centre and the operator."""

    def serves(self, host: str) -> bool:
        """Tell whether a channel process answers for a host name."""

    def brand(self, host: str) -> BrandRef:
        """Return what the pages at a served host look like."""

    def admits(self, host: str, *, channel_id: UUID | None) -> bool:
        """Tell whether staff of a channel partner, or of the operator (None), sign in there."""


_public_hosts: PublicHosts | _Unset = _Unset()


def public_hosts() -> PublicHosts:
    """Return who knows the channel centre's host names."""
    return _public_hosts  # type: ignore[return-value]


def set_public_hosts(answers: PublicHosts) -> None:
    """Plug the channel centre in; called once, at start."""
    global _public_hosts  # noqa: PLW0603  the port is a process-wide plug
    _public_hosts = answers
