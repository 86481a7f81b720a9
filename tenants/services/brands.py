"""Changes what a tenant looks like."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.colours import is_colour
from kernel.tenancy.context import public_context
from tenants.errors import InvalidTenantField
from tenants.invalidation import changed
from tenants.services.lifecycle import checked_name
from tenants.services.states import locked


@public_context()
@transaction.atomic
def set_brand(tenant_id: UUID, *, name: str, colour: str, support_email: str, actor: Actor) -> None:
    """Give a tenant another name, colour and address on its pages.

    Raises:
        UnknownTenant: there is none.
        InvalidTenantName: the name is empty, too long, or cannot be shown.
        InvalidTenantField: the colour is not ``#rrggbb``, or the address is malformed.
    """
    shown = checked_name(name)
    if not is_colour(colour):
        raise InvalidTenantField(field="colour")
    if support_email:
        try:
            validate_email(support_email)
        except ValidationError as error:
            raise InvalidTenantField(field="support_email") from error
    tenant = locked(tenant_id)
    before = dict(tenant.brand)
    tenant.brand = before | {"name": shown, "colour": colour, "support_email": support_email}
    if tenant.brand == before:
        return
    tenant.save(update_fields=["brand"])
    record(
        action="tenants.brand_changed",
        actor=actor,
        obj=("tenant", tenant.public_id),
        before=before,
        after=tenant.brand,
    )
    changed(tenant.pk)
