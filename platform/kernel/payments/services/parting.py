"""Parts a shop's accounts from the platform above them, when its provider changes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.payments.choices import BindingMode
from kernel.payments.models import PaymentBinding


def platform_bindings() -> QuerySet[PaymentBinding]:
    """Return the accounts that work through somebody else's platform."""
    rows = PaymentBinding.objects.filter(removed_at=None).exclude(mode=BindingMode.DIRECT)
    return rows.order_by("pk")


@transaction.atomic
def part_bindings(*, actor: Actor) -> list[tuple[UUID, bool]]:
    """Take no payments through another's platform until the accounts are bound anew.

    Accounts of the shop's own stay. Refunds and notices of what was paid before go on.

    Returns:
        Which they are, and whether each was offered to payers.
    """
    found = []
    for row in platform_bindings().filter(needs_rebind=False).select_for_update():
        found.append((row.pk, row.is_enabled))
        row.is_enabled, row.needs_rebind = False, True
        row.save(update_fields=["is_enabled", "needs_rebind"])
        _record("payments.binding_parted", row, actor)
    return found


@transaction.atomic
def join_bindings(was: Sequence[tuple[UUID, bool]], *, actor: Actor) -> None:
    """Let accounts be used as before, as the change of the provider did not come about."""
    enabled = dict(was)
    rows = PaymentBinding.objects.select_for_update().filter(pk__in=enabled, needs_rebind=True)
    for row in rows.order_by("pk"):
        row.needs_rebind = False
        row.is_enabled = enabled[row.pk] and row.removed_at is None
        row.save(update_fields=["is_enabled", "needs_rebind"])
        _record("payments.binding_joined", row, actor)


def _record(action: str, row: PaymentBinding, actor: Actor) -> None:
    obj = ("payment_binding", row.public_id)
    record(action=action, actor=actor, obj=obj, after={"title": row.title})
