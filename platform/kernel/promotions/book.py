"""The promotions of a shop, kept by each process under a token that changes with them.

A quote asks Redis for the token and nobody for the promotions. Inside a transaction
that has changed them, they are read from the database.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from secrets import token_hex
from threading import Lock
from time import monotonic
from typing import Final

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q
from redis.exceptions import RedisError

from kernel.common.time import utc_now
from kernel.promotions.models import CouponTemplate, Promotion
from kernel.promotions.offers import Offer, offer_of
from kernel.tenancy.context import TenantRef, current_tenant, tenant_context

_KEY: Final = "promotions:token"
_MOST_KEPT: Final = 500
# A process that died between its commit and the new token leaves others behind for so long.
_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Book:
    """What may take effect.

    Attributes:
        offers: promotions that are on or will be, the highest priority first.
        is_used: False in a shop that never had a promotion or a coupon.
    """

    offers: tuple[Offer, ...] = ()
    is_used: bool = False


@dataclass(slots=True)
class _Kept:
    token: str
    at: float
    book: Book


@dataclass(frozen=True, slots=True)
class _Renew:
    """Gives a tenant's promotions a new token after the commit; equal for one tenant."""

    schema: str
    tenant: TenantRef = field(compare=False)

    def run(self) -> None:
        """Set it."""
        with tenant_context(self.tenant):
            cache.set(_KEY, token_hex(8), timeout=None)


_kept: Final[OrderedDict[str, _Kept]] = OrderedDict()
_lock: Final = Lock()


def current_book() -> Book:
    """Return the promotions of the current tenant; no statement unless they have changed."""
    tenant = current_tenant()
    if _has_changed(tenant):
        return _read()
    token = _token()
    kept = _kept.get(tenant.schema)
    if kept is not None and token == kept.token and monotonic() - kept.at < _SECONDS:
        return kept.book
    book = _read()
    if token:
        with _lock:
            _kept[tenant.schema] = _Kept(token, monotonic(), book)
            _kept.move_to_end(tenant.schema)
            while len(_kept) > _MOST_KEPT:
                _kept.popitem(last=False)
    return book


def renew() -> None:
    """Have every process read the promotions anew once this transaction is committed."""
    tenant = current_tenant()
    transaction.on_commit(_Renew(tenant.schema, tenant).run, robust=True)


def _has_changed(tenant: TenantRef) -> bool:
    mark = _Renew(tenant.schema, tenant)
    # What is rolled back takes its entry along.
    return any(mark == waiting for waiting in _waiting())


def _waiting() -> Iterator[object]:
    for entry in connection.run_on_commit:
        yield getattr(entry[1], "__self__", None)


def _token() -> str:
    """Return the token; empty while Redis does not answer, so that nothing is kept."""
    try:
        found = cache.get(_KEY)
        if found is None:
            # Of two processes that miss it at once, both must use the same.
            cache.add(_KEY, token_hex(8), timeout=None)
            found = cache.get(_KEY, "")
    except RedisError:
        return ""
    return str(found)


def _read() -> Book:
    now = utc_now()
    rows = Promotion.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), is_active=True)
    offers = [offer_of(row) for row in rows.order_by("-priority", "id")]
    known = tuple(offer for offer in offers if offer is not None)
    is_used = bool(known) or CouponTemplate.objects.exists() or Promotion.objects.exists()
    return Book(known, is_used)
