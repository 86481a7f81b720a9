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
    """What a tenant looks like. Colours are ``#rrggbb``; all but the name may be empty.

    Attributes:
        short_name: below an icon on a telephone's screen.
        accent: a second colour.
        support_url, terms_url, privacy_url, help_url: ``https`` addresses; the last for staff.
        mail_name, mail_from: who letters come from; the address is one that was proven.
        sms_sign: what text messages begin with.
        totp_issuer: what authenticator apps call the console.
        pdf_footer: below documents.
    """

    name: str
    colour: str = "#1f6f5c"
    logo_url: str = ""
    favicon_url: str = ""
    support_email: str = ""
    short_name: str = ""
    accent: str = ""
    support_phone: str = ""
    support_url: str = ""
    terms_url: str = ""
    privacy_url: str = ""
    help_url: str = ""
    mail_name: str = ""
    mail_from: str = ""
    sms_sign: str = ""
    totp_issuer: str = ""
    pdf_footer: str = ""

    @property
    def tab_name(self) -> str:
        """Return what stands below an icon."""
        return self.short_name or self.name[:12]


@dataclass(frozen=True, slots=True)
class CurrencyOffer:
    """A currency that a shop shows its prices in, beside the one that it is paid in.

    Attributes:
        rate: how many of it one of the shop's own is worth, as a decimal.
        rounding: ``nearest``, ``up`` or ``down``, to whole steps.
        step: minor units that amounts are rounded to.
        below: minor units that prices end below a step: 1 makes 13.00 a 12.99.
    """

    code: str
    rate: str
    rounding: str = "nearest"
    step: int = 1
    below: int = 0


@dataclass(frozen=True, slots=True)
class MarketOffer:
    """What holds for buyers from some countries.

    Attributes:
        countries: ISO 3166-1, two letters; empty for all that no other market has.
        language: that a visitor meets first; empty for the usual one.
        currency: that amounts are shown in first; empty for the shop's own.
        return_days: what arrived may be sent back without a reason for so long;
            None for what the shop says to all.
        fault_days: faults may be reported for so long; None likewise.
    """

    code: str
    countries: tuple[str, ...] = ()
    language: str = ""
    currency: str = ""
    return_days: int | None = None
    fault_days: int | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """What a shop offers its buyers beside goods, and asks of them; it needs no query.

    Attributes:
        languages: code and what stands in for it, in the order in which they are offered;
            empty for all languages that the program itself speaks.
        has_wordings: whether the shop says something in words of its own.
        has_rates: whether orders may say what they were worth in another currency.
        asks: of what buyers are asked for, or shown, particulars that the shop made up:
            ``member``, ``order``, ``product``.
        markets: what differs by country; that of all other countries is the last.
        releases: id of the release of pages that is live, then those that are planned, each
            with the moment from which on; none while nothing was published.
        comparisons: pages that are shown in two ways: id of the comparison, id of the release
            that holds the second way, how many of a hundred visitors see that, the page's name.
        theme: what the pages wear, ``pack:palette``; empty for the plain ones.
        theme_before: what they wore before; None when it was never changed.
        metered: codes of meters that the shop's plan limits; see `kernel.quotas`.
    """

    languages: tuple[tuple[str, str], ...] = ()
    currencies: tuple[CurrencyOffer, ...] = ()
    has_wordings: bool = False
    has_rates: bool = False
    asks: frozenset[str] = frozenset()
    markets: tuple[MarketOffer, ...] = ()
    releases: tuple[tuple[str, str], ...] = ()
    comparisons: tuple[tuple[str, str, int, str], ...] = ()
    theme: str = ""
    theme_before: str | None = None
    metered: frozenset[str] = frozenset()


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
        offers: the languages and currencies that it offers.
        media_origin: ``https://host`` of a delivery network that stands before its pictures;
            empty for none.
        staff_brand: what its staff sees, where that is not what its visitors see.
        ring: when it is upgraded: ring 0 first.
        channel_id: the partner that looks after it; None for the operator.
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
    offers: Offers = field(default_factory=Offers)
    media_origin: str = ""
    staff_brand: BrandRef | None = None
    ring: int = 0
    channel_id: UUID | None = None

    @property
    def console_brand(self) -> BrandRef:
        """What its staff sees."""
        return self.staff_brand or self.brand

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
