"""Django for the commands that need it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from config.dev.state import Checkout, Installation

if TYPE_CHECKING:
    from kernel.tenancy.context import TenantRef


def django(process: str = "cli") -> None:
    """Set Django up as one kind of process.

    Inside a checkout the settings come from the running demo. Where the
    environment names a database already, the environment decides.

    Args:
        process: kind of process, which decides the database login.

    Raises:
        ServerRefused: the environment names no database and no demo runs here.
    """
    if "STOA_PROCESS_DATABASE_URL" not in os.environ:
        os.environ.update(Checkout.here().running_installation().settings(process))
    _set_up(process)


def use(installation: Installation, *, process: str) -> None:
    """Set Django up on these servers, whatever the environment names."""
    os.environ.update(installation.settings(process))
    _set_up(process)


def _set_up(process: str) -> None:
    os.environ.setdefault("STOA_PROCESS", process)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

    import django as framework
    from django.apps import apps

    if not apps.ready:
        framework.setup()


def tenant_named(text: str) -> TenantRef:
    """Return the tenant with a public id (``ten_…``) or a proven host name; Django must be set up.

    Raises:
        InvalidId: it is no tenant's id and no host name.
        UnknownTenant: no tenant has it.
    """
    from kernel.common.ids import parse_public_id
    from kernel.tenancy.context import public_context
    from kernel.tenancy.errors import UnknownTenant
    from kernel.tenancy.ports import directory

    with public_context():
        if "." not in text:
            return directory().by_id(parse_public_id("ten", text))
        host = text.lower().rstrip(".")
        found = directory().by_host(host, kind="store") or directory().by_host(host, kind="console")
        if found is None:
            raise UnknownTenant
        return found
