"""Names staff as services and the audit log do."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.common.http import client_ip
from kernel.tenancy.context import current_tenant_or_none

LET_IN_BY: Final = "let_in_by"
"""Under this name a helper's session keeps who let the helper in."""


def actor_of(request: HttpRequest, person: Staff) -> Actor:
    """Return a signed-in person as the audit log names people."""
    return Actor(
        kind="operator" if current_tenant_or_none() is None else "staff",
        id=person.public_id,
        name=person.name,
        acting_as=_host_of(request, person),
        ip=client_ip(request),
    )


def _host_of(request: HttpRequest, person: Staff) -> Actor | None:
    """Return who let a helper in: the log names both."""
    if person.expires_at is None:
        return None
    name = request.session.get(LET_IN_BY, "") if hasattr(request, "session") else ""
    return Actor(kind="staff", id="host", name=name) if name else None
