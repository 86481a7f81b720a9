"""Whether something is switched on for the current tenant yet; whoever keeps flags says so here.

Asking costs no statement: what the operator chose is known to the process.
"""

from __future__ import annotations

from typing import Protocol

from kernel.tenancy.context import TenantRef, current_tenant_or_none


class Flags(Protocol):
    """Decides on a flag."""

    def __call__(self, code: str, tenant: TenantRef | None, *, otherwise: bool) -> bool:
        """Return whether it is on for a tenant, or for the installation itself."""


_known: list[Flags] = []


def set_flags(source: Flags) -> None:
    """Say who keeps flags."""
    _known[:] = [source]


def is_on(code: str, *, otherwise: bool = False) -> bool:
    """Tell whether a flag is on for the current tenant.

    Args:
        code: of the flag.
        otherwise: the answer while the operator has made no flag of this code.
    """
    return _known[0](code, current_tenant_or_none(), otherwise=otherwise) if _known else otherwise
