"""What tenancy refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class NoTenant(RuntimeError):
    """Code that needs a tenant ran without one: a bug, never a default."""


class CrossTenantWrite(RuntimeError):
    """An object loaded in one tenant was about to be written in another: a bug."""


class TenantSwitchRefused(RuntimeError):
    """The connection was told to change tenant behind `tenant_context`'s back."""


class StatementRefused(RuntimeError):
    """A tenant's code sent a statement that could change role or search path."""


class UnknownTenant(DomainError):
    """No tenant has this id."""

    code = "tenancy.unknown_tenant"
    status = 404
    title = _("There is no such shop.")
