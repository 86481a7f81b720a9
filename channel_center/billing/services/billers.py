"""In whose name sellers write invoices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from channel_center.billing.models import Biller
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import public_context


@public_context()
def biller_of(channel_id: UUID | None) -> dict[str, Any]:
    """Return what stands on a seller's invoices, as its form shows it; none stands yet."""
    row = Biller.objects.filter(Q(channel=channel_id)).first()
    if row is None:
        return {}
    told = {name: getattr(row, name) for name in _TEXTS}
    return told | {"tax_percent": f"{row.tax_basis_points / 100:.2f}"}


_TEXTS = ("legal_name", "address", "tax_number", "bank", "prefix")


@public_context()
@transaction.atomic
def set_biller(
    channel_id: UUID | None, *, actor: Actor, tax_basis_points: int, **texts: str
) -> Biller:
    """Say what stands on a seller's next invoices; those that are written stay."""
    whose: dict[str, Any] = {"channel_id": channel_id}
    wanted = {name: texts[name].strip() for name in _TEXTS}
    row, _made = Biller.objects.update_or_create(
        **whose, defaults={**wanted, "tax_basis_points": tax_basis_points}
    )
    record(
        action="billing.particulars_set",
        actor=actor,
        after={"prefix": row.prefix, "tax_basis_points": tax_basis_points},
    )
    return row
