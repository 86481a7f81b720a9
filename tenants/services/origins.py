"""Where browsers fetch a tenant's pictures: from us, or through a delivery network."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import public_context
from tenants.errors import InvalidTenantField
from tenants.invalidation import changed
from tenants.services.states import locked

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN: Final = re.compile(
    rf"https://((?:{_LABEL}\.)+(?=[a-z]){_LABEL})(?::([1-9][0-9]{{0,4}}))?\Z"
)
_LONGEST_HOST: Final = 253
_LAST_PORT: Final = 65_535


def checked_origin(text: str) -> str:
    """Return an origin in lower case: ``https``, a host name, and perhaps a port.

    It stands in the content policy, so nothing else may be in it.

    Raises:
        InvalidTenantField: it is none.
    """
    origin = text.strip().lower().removesuffix("/")
    found = _ORIGIN.match(origin)
    if found is None or len(found[1]) > _LONGEST_HOST or int(found[2] or 0) > _LAST_PORT:
        raise InvalidTenantField(field="media_origin", value=text[:80])
    return origin.removesuffix(":443")


@public_context()
@transaction.atomic
def set_media_origin(tenant_id: UUID, text: str, *, actor: Actor) -> str:
    """Let the addresses of a tenant's pictures begin elsewhere; empty for with us. Return it.

    Raises:
        UnknownTenant: there is none.
        InvalidTenantField: no origin of https.
    """
    origin = checked_origin(text) if text.strip() else ""
    tenant = locked(tenant_id)
    before = tenant.media_origin
    if origin == before:
        return origin
    tenant.media_origin = origin
    tenant.save(update_fields=["media_origin"])
    record(
        action="tenants.media_origin_changed",
        actor=actor,
        obj=("tenant", tenant.public_id),
        before={"origin": before},
        after={"origin": origin},
    )
    changed(tenant.pk)
    return origin
