"""What a shop chose about its orders."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.books import Book
from kernel.orders.errors import InvalidPolicy
from kernel.orders.models import OrderPolicy

_PREFIX: Final = re.compile(r"[A-Z]{0,8}", re.ASCII)
BOUNDS: Final = {
    "unpaid_minutes": (0, 60 * 24 * 30),
    "receive_days": (0, 365),
    "complete_days": (0, 365),
    "number_digits": (4, 12),
    "after_sale_days": (0, 365),
    "fault_days": (0, 730),
    "silent_days": (0, 60),
    "send_back_days": (0, 60),
    "inspect_days": (0, 60),
    "difference_days": (0, 60),
}
_CHOSEN: Final = Book("orders", lambda: OrderPolicy.objects.filter(pk=1).first() or OrderPolicy())
_CHOSEN.renewed_by(OrderPolicy)


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices, as they are changed; see `OrderPolicy`."""

    unpaid_minutes: int
    receive_days: int
    complete_days: int
    number_prefix: str
    number_dated: bool
    number_digits: int
    guests_may_order: bool = True
    after_sale_days: int = 7
    fault_days: int = 15
    silent_days: int = 3
    send_back_days: int = 7
    inspect_days: int = 10
    difference_days: int = 7
    returns_recount: bool = False


def current_policy() -> OrderPolicy:
    """Return the current tenant's choices, or what holds while nothing was chosen.

    No statement unless they have changed; nobody may change what is returned.
    """
    return _CHOSEN.current()


def chosen_policy() -> Policy:
    """Return the current tenant's choices as they are changed."""
    row = current_policy()
    return Policy(**{each.name: getattr(row, each.name) for each in fields(Policy)})


@transaction.atomic
def set_policy(policy: Policy, *, actor: Actor) -> OrderPolicy:
    """Choose how orders are handled from now on.

    An order that is placed keeps its term of payment, one that has left the term after
    which it counts as received, one that has arrived the term after which it is completed.

    Raises:
        InvalidPolicy: a number out of bounds, or a prefix that is not capital letters.
    """
    for name, (lowest, highest) in BOUNDS.items():
        if not lowest <= getattr(policy, name) <= highest:
            raise InvalidPolicy(
                _("From %(lowest)s to %(highest)s is expected.")
                % {"lowest": lowest, "highest": highest},
                field=name,
            )
    if not _PREFIX.fullmatch(policy.number_prefix):
        raise InvalidPolicy(_("Up to eight capital letters are expected."), field="number_prefix")
    OrderPolicy.objects.bulk_create([OrderPolicy()], ignore_conflicts=True)
    row = OrderPolicy.objects.select_for_update().get(pk=1)
    chosen = asdict(policy)
    before = {name: getattr(row, name) for name in chosen}
    for name, value in chosen.items():
        setattr(row, name, value)
    row.save(update_fields=list(chosen))
    record(action="orders.policy_changed", actor=actor, obj=row, before=before, after=chosen)
    return row
