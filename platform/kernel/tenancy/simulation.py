"""What never happens for real in a sandbox: money out, invoices, messages to strangers."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError
from kernel.tenancy.context import current_tenant_or_none


class SimulationOnly(DomainError):
    """A sandbox does nothing that has an effect outside."""

    code: ClassVar[str] = "tenancy.simulation_only"
    status: ClassVar[int] = 409
    title = _("This is a simulation without value; it does nothing outside.")


def is_simulation() -> bool:
    """Tell whether the current tenant is a sandbox."""
    tenant = current_tenant_or_none()
    return tenant is not None and tenant.kind == "sandbox"


def check_real() -> None:
    """Refuse what has an effect outside.

    Raises:
        SimulationOnly: the current tenant is a sandbox.
    """
    if is_simulation():
        raise SimulationOnly
