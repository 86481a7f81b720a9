"""Names staff as services and the audit log do."""

from __future__ import annotations

from django.http import HttpRequest

from kernel.access.models import Staff
from kernel.audit.actor import Actor
from kernel.common.http import client_ip
from kernel.tenancy.context import current_tenant_or_none


def actor_of(request: HttpRequest, person: Staff) -> Actor:
    """Return a signed-in person as the audit log names people."""
    return Actor(
        kind="operator" if current_tenant_or_none() is None else "staff",
        id=person.public_id,
        name=person.name,
        ip=client_ip(request),
    )
