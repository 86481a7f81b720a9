"""The menu of the consoles of channel partners and the operator."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from channel_center.hosts import HOSTS
from kernel.backoffice.menu import Entry
from kernel.tenancy.context import current_tenant_or_none
from kernel.tenancy.middleware import request_host

VIEW_TENANTS = "tenants.view"
MANAGE_TENANTS = "tenants.manage"
VIEW_CHANNELS = "channels.view"
MANAGE_CHANNELS = "channels.manage"
DECIDE_DISPUTES = "disputes.decide"
VIEW_SYSTEM = "system.view"
RUN_JOBS = "system.manage"
VIEW_ACTIVITY = "audit.view"
VIEW_STAFF = "staff.view"
MANAGE_STAFF = "staff.manage"
MANAGE_PROGRAMS = "programs.manage"

_CHANNEL = (
    Entry("/", _("Overview"), "home"),
    Entry("/shops/", _("Shops"), "shops", VIEW_TENANTS),
    Entry("/templates/", _("Templates"), "stack", MANAGE_TENANTS),
    Entry("/bulk/", _("Work on many shops"), "functions", MANAGE_TENANTS),
)
_PEOPLE = Entry("/people/", _("Staff"), "people", VIEW_STAFF)
_PARTNER = (
    *_CHANNEL,
    Entry("/sub-partners/", _("Sub-partners"), "partners", VIEW_CHANNELS),
    _PEOPLE,
    Entry("/programs/", _("Programs"), "key", MANAGE_PROGRAMS),
)
_OPERATOR = (
    *_CHANNEL,
    Entry("/partners/", _("Channel partners"), "partners", MANAGE_CHANNELS),
    _PEOPLE,
    Entry("/fleet/", _("Fleet"), "stack", VIEW_SYSTEM),
    Entry("/functions/", _("Functions"), "extension", VIEW_SYSTEM),
    Entry("/flags/", _("Flags"), "tag", VIEW_SYSTEM),
    Entry("/announcements/", _("Announcements"), "bell", VIEW_SYSTEM),
    Entry("/jobs/", _("Background jobs"), "functions", VIEW_SYSTEM),
    Entry("/disputes/", _("Disputes"), "alert", DECIDE_DISPUTES),
    Entry("/alarms/", _("Reward alarms"), "alert", VIEW_SYSTEM),
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
    return _OPERATOR if found.channel_id is None else _PARTNER
