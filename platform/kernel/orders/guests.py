"""Buyers without an account, who prove an order theirs by the contact they left with it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.common.ratelimit import Limit, WhenDown
from kernel.members.normal import normal_phone
from kernel.orders.models import Order, OrderGroup

PROVED: Final = Limit("orders.contact", "30/minute;300/hour", WhenDown.REFUSE)
"""How often one address may name a number and a contact; guessing takes far more."""

_LONGEST_NUMBER: Final = 44


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever named a number and the contact that belongs to it.

    Attributes:
        group_id: what was placed together; nothing else is this buyer's.
    """

    group_id: UUID
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def pk(self) -> UUID:
        """What middleware names a signed-in person by."""
        return self.group_id


def guest_of(number: str, contact: str) -> Guest | None:
    """Return the buyer of an order that was placed without an account.

    Args:
        number: of the order, or of what was placed together.
        contact: the e-mail address or telephone number that was given at checkout.

    Returns:
        None when there is no such order, a member's is named, or the contact is another.
    """
    plain = number.replace("\x00", "").strip()[:_LONGEST_NUMBER]
    orders = Order.objects.filter(number=plain, member=None)
    strangers = OrderGroup.objects.filter(member=None)
    group = (
        strangers.filter(pk__in=orders.values("group_id")).first()
        or strangers.filter(number=plain).first()
    )
    if group is None or not _is_theirs(group, contact):
        return None
    return Guest(group.pk)


def _is_theirs(group: OrderGroup, contact: str) -> bool:
    """Compare in the one form that addresses and numbers have, in constant time."""
    pairs = (
        (group.email.strip().lower(), contact.strip().lower()),
        (normal_phone(group.phone), normal_phone(contact)),
    )
    return any(
        kept and hmac.compare_digest(kept.encode(), told.encode()) for kept, told in pairs if told
    )
