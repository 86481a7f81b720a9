"""Opens a binding's credentials for one call."""

from __future__ import annotations

from uuid import UUID

from kernel.common.secrets.services import get_secret
from kernel.payments.errors import BindingNotFound, LiveNotAllowed
from kernel.payments.gateways.contract import AttemptRef, Binding, Gateway
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import Attempt, BindingVersion, PaymentBinding
from kernel.payments.services.rows import ref_of
from kernel.tenancy.context import current_tenant


def secret_purpose(binding_id: UUID, version: int) -> str:
    """Return under which name a version's secrets are sealed."""
    return f"payments.{binding_id.hex}.{version}"


def open_binding(row: PaymentBinding, *, version: int | None = None) -> Binding:
    """Return a binding with its secrets, for as long as a call takes.

    Args:
        row: the binding.
        version: the credentials in force when left out.

    Raises:
        LiveNotAllowed: real money, in a sandbox.
        SecretMissing, SecretsUnreadable: the sealed part is gone or does not open here.
    """
    tenant = current_tenant()
    if row.is_live and tenant.kind == "sandbox":
        raise LiveNotAllowed
    wanted = version or row.version
    particulars = BindingVersion.objects.filter(binding=row, version=wanted).first()
    if particulars is None:
        raise BindingNotFound
    sealed = get_secret(secret_purpose(row.id, wanted)) if particulars.hints else {}
    return Binding(
        id=row.id,
        tenant_id=tenant.id,
        gateway=row.gateway,
        mode=row.mode,
        live=row.is_live,
        public=particulars.public,
        secrets=sealed,
    )


def open_for(attempt: Attempt) -> tuple[Gateway, Binding, AttemptRef]:
    """Return whom to call about an attempt, with the credentials that it began with."""
    row: PaymentBinding = attempt.binding
    gateway = gateway_named(row.gateway)
    reference = ref_of(attempt, member_id=attempt.intent.member_id)
    return gateway, open_binding(row, version=attempt.version), reference
