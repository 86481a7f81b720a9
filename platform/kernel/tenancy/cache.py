"""Cache keys that carry their tenant, and a client that is made once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from typing_extensions import override

from kernel.tenancy.context import PUBLIC, Maintenance, current_scope
from kernel.tenancy.errors import NoTenant


def scope_key() -> str:
    """Return the part of a key that names the current scope.

    Raises:
        NoTenant: no scope was chosen, so two tenants could share the key.
    """
    scope = current_scope()
    if scope is PUBLIC:
        return "public"
    if isinstance(scope, Maintenance):
        raise NoTenant("maintenance work has no cache")
    return scope.id.hex


def make_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: prefix, scope, version, key.

    Raises:
        NoTenant: no scope was chosen.
    """
    return f"{key_prefix}{scope_key()}:{version}:{key}"


class _OneClient(RedisCacheClient):
    """Django makes a client for each question, which costs more than most questions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[int, Any] = {}

    @override
    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client of the server that is asked."""
        index = self._get_connection_pool_index(write)  # type: ignore[attr-defined]  # the stubs lack it
        if index not in self._clients:
            self._clients[index] = super().get_client(key, write=write)
        return self._clients[index]

    @override
    def set_many(self, data: Mapping[Any, Any], timeout: Any) -> None:
        """Keep several values; one command for each, where Django takes two."""
        self.set_each({key: (value, timeout) for key, value in data.items()})

    def set_each(self, data: Mapping[Any, tuple[Any, Any]]) -> None:
        """Keep several values, each for a time of its own: seconds, or None for good."""
        pipeline = self.get_client(None, write=True).pipeline(transaction=False)
        for key, (value, timeout) in data.items():
            kept = self._serializer.dumps(value)  # type: ignore[attr-defined]  # the stubs lack it
            if timeout == 0:
                pipeline.delete(key)
            else:
                told = (key, kept) if timeout is None else (key, kept, "EX", timeout)
                pipeline.execute_command("SET", *told)
        pipeline.execute()


class TenantRedisCache(RedisCache):
    """Redis, with a client that lasts as long as its connections."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient

    def set_each(self, data: Mapping[str, tuple[Any, int]]) -> None:
        """Keep several values, each for so many seconds; one round trip."""
        if data:
            self._cache.set_each(  # type: ignore[attr-defined]  # the stubs lack it
                {
                    self.make_and_validate_key(key): (value, self.get_backend_timeout(seconds))
                    for key, (value, seconds) in data.items()
                }
            )


def tenant_cache() -> TenantRedisCache:
    """Return the cache of the current thread, with what Django's own cannot do."""
    found = caches[DEFAULT_CACHE_ALIAS]
    assert isinstance(found, TenantRedisCache)  # noqa: S101  the settings name it
    return found
