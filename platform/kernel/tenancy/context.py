"""The current tenant, as context.

Choosing a tenant costs nothing: it sets a context variable. The database
backend compares that variable with what the connection is set to before each
statement, and only then sends anything. A new thread starts without a choice,
so work handed to a thread must carry its tenant (`bind_context`), or it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from functools import wraps
from typing import Final, Literal, ParamSpec, TypeAlias, TypeVar
from uuid import UUID

from typing_extensions import override

from kernel.common.ids import public_id
from kernel.tenancy.errors import NoTenant

P = ParamSpec("P")
R = TypeVar("R")


class _Public(Enum):
    PUBLIC = "public"


PUBLIC: Final = _Public.PUBLIC
"""The installation itself: the registry and the channel centre, no tenant."""


@dataclass(frozen=True, slots=True)
class BrandRef:
    """What a tenant looks like. Colours are ``#rrggbb``; URLs may be empty."""

    name: str
    colour: str = "#1f6f5c"
    logo_url: str = ""
    favicon_url: str = ""
    support_email: str = ""


@dataclass(frozen=True, slots=True)
class TenantRef:
    """Everything that a request needs to know of its tenant, read once.

    Attributes:
        level: 0 open, 1 administrators warned, 2 console read-only,
            3 storefront closed, 4 archived.
        modules: codes of the modules that are switched on.
        version: grows with each change of the tenant; part of cache keys.
        domains: verified host names, ``(kind, host)``, the primary one of a kind first.
        redirects: host names that send visitors to the primary one of their kind.
    """

    id: UUID
    schema: str
    role: str
    name: str
    brand: BrandRef
    kind: Literal["live", "sandbox"] = "live"
    state: str = "active"
    level: int = 0
    locale: str = "zh-hans"
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    version: int = 0
    modules: frozenset[str] = field(default_factory=frozenset)
    domains: tuple[tuple[str, str], ...] = ()
    redirects: frozenset[str] = field(default_factory=frozenset)

    def host(self, kind: str) -> str | None:
        """Return the primary host name of a kind, or None when there is none."""
        return next((host for k, host in self.domains if k == kind), None)

    def redirect_for(self, kind: str, host: str) -> str | None:
        """Return where a host name sends its visitors, or None when it answers itself."""
        primary = self.host(kind)
        return primary if host in self.redirects and host != primary else None

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ten", self.id)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A tenant's schema seen with the login role's own rights: for DDL, by the owner only."""

    schema: str


Scope: TypeAlias = TenantRef | Maintenance | Literal[_Public.PUBLIC]

_scope: ContextVar[Scope | None] = ContextVar("stoa_scope", default=None)


def chosen_scope() -> Scope | None:
    """Return the current tenant, `PUBLIC`, or None when nothing was chosen."""
    return _scope.get()


def current_scope() -> Scope:
    """Return the current tenant or `PUBLIC`.

    Raises:
        NoTenant: neither `tenant_context` nor `public_context` is open.
    """
    scope = _scope.get()
    if scope is None:
        raise NoTenant("neither a tenant nor the public scope was chosen")
    return scope


def current_tenant() -> TenantRef:
    """Return the current tenant.

    Raises:
        NoTenant: no tenant was chosen.
    """
    scope = _scope.get()
    if not isinstance(scope, TenantRef):
        raise NoTenant("no tenant was chosen")
    return scope


def current_tenant_or_none() -> TenantRef | None:
    """Return the current tenant, or None in the public scope or without a choice."""
    scope = _scope.get()
    return scope if isinstance(scope, TenantRef) else None


@contextmanager
def _scoped(scope: Scope | None) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def tenant_context(tenant: TenantRef) -> Iterator[TenantRef]:
    """Work as this tenant inside the block; whatever was chosen before returns after it."""
    with _scoped(tenant):
        yield tenant


@contextmanager
def public_context() -> Iterator[None]:
    """Work on the installation's own tables inside the block."""
    with _scoped(PUBLIC):
        yield


@contextmanager
def maintenance_context(schema: str) -> Iterator[None]:
    """Work on a tenant's tables as the login role: migrations, dumps, loads."""
    with _scoped(Maintenance(schema)):
        yield


@contextmanager
def no_scope() -> Iterator[None]:
    """Choose nothing inside the block: what needs a tenant fails."""
    with _scoped(None):
        yield


def bind_context(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function bound to the scope that is current now.

    A thread has no scope of its own; this carries the caller's.
    """
    scope = _scope.get()

    @wraps(function)
    def bound(*args: P.args, **kwargs: P.kwargs) -> R:
        with _scoped(scope):
            return function(*args, **kwargs)

    return bound


class TenantThreadPool(ThreadPoolExecutor):
    """A thread pool whose work runs in the scope of whoever submitted it."""

    @override
    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run ``fn`` in a thread, in the submitter's scope."""
        return super().submit(bind_context(fn), *args, **kwargs)
