"""Asks, for the current tenant, whether a module may act."""

from __future__ import annotations

from datetime import datetime

from kernel.common.time import utc_now
from kernel.modules.errors import ModuleNotEntitled, ModuleOff
from kernel.modules.ports import Mode, entitlements
from kernel.tenancy.context import TenantRef, current_tenant


def mode_of(tenant: TenantRef, code: str, *, now: datetime | None = None) -> Mode:
    """Return ``off`` when the module is off or the right to it is gone, else the right's mode."""
    if code not in tenant.modules:
        return "off"
    return entitlements().decide(tenant.id, code, now or utc_now()).mode


def module_enabled(code: str) -> bool:
    """Tell whether the current tenant's people may see the module at all."""
    return mode_of(current_tenant(), code) != "off"


def require_module(code: str, *, writing: bool) -> None:
    """Let the caller pass, or refuse.

    Raises:
        ModuleOff: switched off, or the right ended for good.
        ModuleNotEntitled: the right ended and ``writing`` is asked.
    """
    mode = mode_of(current_tenant(), code)
    if mode == "off":
        raise ModuleOff(module=code)
    if writing and mode == "read_only":
        raise ModuleNotEntitled(module=code)
