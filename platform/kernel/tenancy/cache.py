"""Cache keys that carry their tenant."""

from __future__ import annotations

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
