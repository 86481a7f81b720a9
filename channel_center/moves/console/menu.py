"""Moves in the menus of all three consoles."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from channel_center.hosts import HOSTS
from kernel.access.permissions import ALL
from kernel.backoffice.menu import Entry
from kernel.tenancy.context import current_tenant_or_none
from kernel.tenancy.middleware import request_host

VIEW_MOVES: Final = "tenants.view"
MAKE_MOVES: Final = "tenants.manage"
APPROVE_MOVES: Final = "channels.manage"
MANAGE_PROVIDER: Final = "provider.manage"
OWNER: Final = ALL
"""Who alone gives the shop to another provider, or lets the provider take archives."""
_ABOVE: Final = (Entry("/moves/", _("Moves"), "import", VIEW_MOVES),)
_SHOP: Final = (Entry("/provider/", _("Provider"), "partners", MANAGE_PROVIDER, _("Settings")),)


def move_pages(request: HttpRequest) -> tuple[Entry, ...]:
    """Return the page of the console that a request is for."""
    if current_tenant_or_none() is not None:
        return _SHOP
    return _ABOVE if HOSTS.find(request_host(request)) is not None else ()
