"""Small sets of rows that every request asks for, kept by each process.

A token in Redis changes with them: whoever asks reads the token, and the rows only when
it is another one. Inside a transaction that has changed them, they are read anew. While
a request is answered the tokens of all books are asked for once, together.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from secrets import token_hex
from threading import Lock
from time import monotonic
from typing import Any, Final, Generic, TypeVar

from django.core.cache import cache
from django.db import connection, models, transaction
from django.db.models.signals import post_delete, post_save
from redis.exceptions import RedisError

from kernel.tenancy.context import (
    TenantRef,
    current_tenant,
    current_tenant_or_none,
    tenant_context,
)

T = TypeVar("T")

_MOST_KEPT: Final = 500
# A process that died between its commit and the new token leaves others behind for so long.
_SECONDS: Final = 30.0

_keys: Final[list[str]] = []
_asked: Final[ContextVar[dict[tuple[str, str], str] | None]] = ContextVar("asked", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Ask for tokens once inside the block: what one request sees is of one moment."""
    before = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(before)


@dataclass(slots=True)
class _Kept(Generic[T]):
    token: str
    at: float
    content: T


@dataclass(frozen=True, slots=True)
class _Renew:
    """Gives a tenant's book a new token after the commit; equal for one book and tenant."""

    key: str
    schema: str
    tenant: TenantRef = field(compare=False)

    def run(self) -> None:
        """Set it."""
        with tenant_context(self.tenant):
            cache.set(self.key, token_hex(8), timeout=None)
        if (asked := _asked.get()) is not None:
            asked.clear()


class Book(Generic[T]):
    """One kind of content, for each tenant.

    Args:
        name: of the token.
        read: returns the current tenant's content from the database.
    """

    def __init__(self, name: str, read: Callable[[], T]) -> None:
        self._key = f"book:{name}"
        self._read = read
        self._kept: OrderedDict[str, _Kept[T]] = OrderedDict()
        self._lock = Lock()
        _keys.append(self._key)

    def renewed_by(self, *kinds: type[models.Model]) -> None:
        """Renew it whenever a row of these is saved or deleted.

        What `update` and `bulk_create` write is not heard of: their callers renew it.
        """
        for kind in kinds:
            post_save.connect(self._heard, sender=kind)
            post_delete.connect(self._heard, sender=kind)

    def current(self) -> T:
        """Return the content for the current tenant; no statement unless it has changed."""
        tenant = current_tenant()
        if self._has_changed(tenant):
            return self._read()
        token = self._token(tenant)
        kept = self._kept.get(tenant.schema)
        if kept is not None and token == kept.token and monotonic() - kept.at < _SECONDS:
            return kept.content
        content = self._read()
        if token:
            with self._lock:
                self._kept[tenant.schema] = _Kept(token, monotonic(), content)
                self._kept.move_to_end(tenant.schema)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
        return content

    def renew(self) -> None:
        """Have every process read it anew once this transaction is committed."""
        tenant = current_tenant()
        transaction.on_commit(_Renew(self._key, tenant.schema, tenant).run, robust=True)

    def _heard(self, **_told: Any) -> None:
        if current_tenant_or_none() is not None:
            self.renew()

    def _has_changed(self, tenant: TenantRef) -> bool:
        mark = _Renew(self._key, tenant.schema, tenant)
        # What is rolled back takes its entry along.
        return any(
            mark == getattr(entry[1], "__self__", None) for entry in connection.run_on_commit
        )

    def _token(self, tenant: TenantRef) -> str:
        """Return the token; empty while Redis does not answer, so that nothing is kept."""
        asked, mine = _asked.get(), (tenant.schema, self._key)
        if asked is not None and mine in asked:
            return asked[mine]
        try:
            found = cache.get_many(_keys) if asked is not None else {}
            token = found.get(self._key) or cache.get(self._key)
            if token is None:
                # Of two processes that miss it at once, both must use the same.
                cache.add(self._key, token_hex(8), timeout=None)
                token = cache.get(self._key, "")
        except RedisError:
            return ""
        if asked is not None:
            asked |= {(tenant.schema, key): str(each) for key, each in found.items()}
            asked[mine] = str(token)
        return str(token)
