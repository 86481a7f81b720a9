"""What a module may do in a tenant right now, asked from below `kernel.modules`.

Tasks and events must fall silent with their module, yet sit under the package
that knows entitlements. That package plugs its answer in at start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from kernel.tenancy.context import TenantRef

ModuleMode: TypeAlias = Literal["full", "read_only", "off"]
ModuleGate: TypeAlias = Callable[[TenantRef, str], ModuleMode]


def switched_on(tenant: TenantRef, module: str) -> ModuleMode:
    """Answer from the tenant's switches alone, without entitlements."""
    return "full" if module in tenant.modules else "off"


_gate: ModuleGate = switched_on


def set_module_gate(gate: ModuleGate) -> None:
    """Plug in the answer that knows entitlements; called once, at start."""
    global _gate  # noqa: PLW0603  the port is a process-wide plug
    _gate = gate


def module_mode(tenant: TenantRef, module: str | None) -> ModuleMode:
    """Say what a module may do in a tenant; the kernel itself (None) always works."""
    return "full" if module is None else _gate(tenant, module)
