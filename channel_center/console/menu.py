"""The menu of the consoles of channel partners and the operator."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from channel_center.hosts import HOSTS
from kernel.backoffice.menu import Entry
from kernel.tenancy.context import current_tenant_or_none
from kernel.tenancy.middleware import request_host

MANAGE_TENANTS = "tenants.manage"
MANAGE_CHANNELS = "channels.manage"
VIEW_SYSTEM = "system.view"
VIEW_ACTIVITY = "audit.view"

_CHANNEL = (
    Entry("/", _("Overview"), "home"),
    Entry("/shops/", _("Shops"), "shops", MANAGE_TENANTS),
)
_OPERATOR = (
    *_CHANNEL,
    Entry("/partners/", _("Channel partners"), "partners", MANAGE_CHANNELS),
    Entry("/system/", _("Operation"), "system", VIEW_SYSTEM),
    Entry("/activity/", _("Activity"), "activity", VIEW_ACTIVITY),
)


def channel_pages(request: HttpRequest) -> tuple[Entry, ...]:
    """Return the pages of whoever the host belongs to; none inside a tenant."""
    if current_tenant_or_none() is not None:
        return ()
    found = HOSTS.find(request_host(request))
    if found is None:
        return ()
    return _OPERATOR if found.channel_id is None else _CHANNEL
