"""The console's menu, as far as the registry has pages in it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.menu import Entry
from kernel.tenancy.context import current_tenant_or_none

MANAGE_MODULES = "modules.manage"
MANAGE_DOMAINS = "domains.manage"
MANAGE_BRAND = "brand.manage"
VIEW_ACTIVITY = "audit.view"
VIEW_STAFF = "staff.view"

_ENTRIES = (
    Entry("/", _("Home"), "home"),
    Entry("/functions/", _("Functions"), "functions", MANAGE_MODULES),
    Entry("/brand/", _("Brand"), "brush", MANAGE_BRAND, _("Settings")),
    Entry("/domains/", _("Domains"), "globe", MANAGE_DOMAINS, _("Settings")),
    Entry("/staff/", _("Staff"), "people", VIEW_STAFF, _("Settings")),
    Entry("/activity/", _("Activity"), "activity", VIEW_ACTIVITY, _("Settings")),
)


def console_pages(_request: HttpRequest) -> tuple[Entry, ...]:
    """Return the pages; none outside a tenant."""
    return _ENTRIES if current_tenant_or_none() is not None else ()
