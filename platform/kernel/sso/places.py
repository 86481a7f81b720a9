"""Which console a request is for."""

from __future__ import annotations

from django.http import HttpRequest

from kernel.access.models import Staff
from kernel.tenancy.context import current_tenant_or_none
from kernel.tenancy.middleware import request_host
from kernel.tenancy.ports import public_hosts


def place_of(request: HttpRequest) -> str:
    """Return the console's host in public; nothing in a tenant, which has one staff."""
    return request_host(request) if current_tenant_or_none() is None else ""


def admits(request: HttpRequest, person: Staff) -> bool:
    """Tell whether somebody signs in here: people of all partners share one table."""
    if current_tenant_or_none() is not None:
        return True
    return public_hosts().admits(request_host(request), channel_id=person.channel_id)
