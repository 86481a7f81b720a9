"""The brand in the menu of partners' consoles."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from channel_center.hosts import HOSTS
from kernel.backoffice.menu import Entry
from kernel.tenancy.context import current_tenant_or_none
from kernel.tenancy.middleware import request_host

MANAGE_BRAND = "brand.manage"
_BRAND = Entry("/brand/", _("Brand"), "brush", MANAGE_BRAND)


def brand_pages(request: HttpRequest) -> tuple[Entry, ...]:
    """Return the page where the host is a partner's; none elsewhere."""
    if current_tenant_or_none() is not None:
        return ()
    found = HOSTS.find(request_host(request))
    return (_BRAND,) if found is not None and found.channel_id is not None else ()
