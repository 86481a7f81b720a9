"""Joins orders and payments: a group of orders is what is paid.

Payments call back when money comes; what goes back is asked for by a hook, in
the transaction that cancels or changes an order, and sent after its commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.checkout.errors import NothingDue
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.errors import OrderNotFound, TransitionRefused
from kernel.orders.hooks import HookContext
from kernel.orders.models import Order, OrderGroup, PaymentEntry
from kernel.orders.services.locking import lock_group
from kernel.orders.services.money import (
    Owed,
    due_minor,
    end_authorisation,
    note_authorised,
    note_refund,
    owed_back,
    receive_payment,
)
from kernel.payments.choices import PAYABLE_INTENTS
from kernel.payments.errors import NoLongerPayable
from kernel.payments.models import PaymentIntent, Refund
from kernel.payments.payables import Description, Payable, Receipt
from kernel.payments.services import cancel_intent, create_intent, refund

PAYABLE: Final = "order_group"
GATEWAY: Final = Actor.system("payments")
_KEY_PARTS: Final = 4


class GroupPayable:
    """Answers payments for groups of orders."""

    def lock(self, payable_id: UUID) -> None:
        """Lock the group and its orders."""
        lock_group(payable_id)

    def describe(self, payable_id: UUID) -> Description:
        """Say what is paid for."""
        group = _group(payable_id)
        due = due_minor(Order.objects.filter(group=group))
        subject = _("Order %(number)s") % {"number": group.number}
        return Description(subject, Money(due, group.currency), f"/orders/{group.number}/pay/")

    def may_pay(self, payable_id: UUID, *, member_id: UUID | None) -> None:
        """Refuse whoever the orders are not, and orders that need no money.

        Raises:
            OrderNotFound: the group is another's.
            NothingDue: it is paid, or over.
        """
        group = _group(payable_id)
        if group.member_id != member_id:
            raise OrderNotFound
        if not due_minor(Order.objects.filter(group=group)):
            raise NothingDue

    def on_paid(self, payable_id: UUID, receipt: Receipt) -> None:
        """Give the money to the orders; what none of them needs goes back.

        Raises:
            NoLongerPayable: all of them are over.
        """
        now, reference = receipt.at or utc_now(), receipt.intent_id.hex
        try:
            rest = receive_payment(
                payable_id, receipt.settled.minor, reference=reference, actor=GATEWAY, now=now
            )
        except TransitionRefused:
            raise NoLongerPayable from None
        if rest == receipt.settled.minor:
            raise NoLongerPayable
        if rest:
            refund(
                receipt.intent_id,
                Money(rest, receipt.settled.currency),
                key=f"surplus:{reference}",
                reason="surplus",
                actor=GATEWAY,
                now=now,
            )

    def on_failed(self, payable_id: UUID, receipt: Receipt) -> None:
        """Forget what was held or promised."""
        end_authorisation(payable_id, reference=receipt.intent_id.hex, actor=GATEWAY, now=utc_now())

    def on_authorized(self, payable_id: UUID, receipt: Receipt) -> None:
        """Note that the money is held."""
        self._note_certain(payable_id, receipt)

    def on_promised(self, payable_id: UUID, receipt: Receipt) -> None:
        """Note that the money will come on delivery."""
        self._note_certain(payable_id, receipt)

    @staticmethod
    def _note_certain(payable_id: UUID, receipt: Receipt) -> None:
        due = due_minor(Order.objects.filter(group_id=payable_id))
        reference = receipt.intent_id.hex
        note_authorised(payable_id, due, reference=reference, actor=GATEWAY, now=utc_now())


@transaction.atomic
def intent_for(group_id: UUID, *, now: datetime) -> PaymentIntent:
    """Return the open payment of what a group costs now, beginning one when there is none.

    Raises:
        NothingDue: it is paid, or over.
        OrderNotFound: there is no such group.
    """
    orders = lock_group(group_id)
    group = _group(group_id)
    due = due_minor(orders)
    if not due:
        raise NothingDue
    payable = Payable(PAYABLE, group_id)
    known = PaymentIntent.objects.filter(payable_type=payable.type, payable_id=payable.id)
    fitting = _close_unfitting(group_id, due=due, actor=GATEWAY, now=now)
    if fitting is not None:
        return fitting
    return create_intent(
        payable,
        Money(due, group.currency),
        key=f"group:{group_id.hex}:{known.count()}",
        member_id=group.member_id,
        expires_at=group.expires_at,
    )


def settle_up(order_ids: Sequence[UUID], context: HookContext) -> None:
    """Close payments that no longer fit, and ask back what was paid too much.

    A hook of the orders, for when they are cancelled or changed.
    """
    groups = Order.objects.filter(pk__in=order_ids).order_by("group_id")
    for group_id in groups.values_list("group_id", flat=True).distinct():
        due = due_minor(Order.objects.filter(group_id=group_id))
        _close_unfitting(group_id, due=due, actor=context.actor, now=context.now)
    for owed in owed_back(order_ids):
        _ask_back(owed, context)


def close_unfitting(group_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Cancel the open payments of a locked group that are for another amount than is due now."""
    due = due_minor(Order.objects.filter(group_id=group_id))
    _close_unfitting(group_id, due=due, actor=actor, now=now)


def _close_unfitting(
    group_id: UUID, *, due: int, actor: Actor, now: datetime
) -> PaymentIntent | None:
    """Cancel the open payments of other amounts; return the one that fits."""
    fitting = None
    open_intents = PaymentIntent.objects.filter(
        payable_type=PAYABLE, payable_id=group_id, state__in=PAYABLE_INTENTS
    )
    for intent in open_intents.order_by("pk"):
        is_over = intent.expires_at is not None and intent.expires_at <= now
        if intent.amount_minor == due and not is_over and fitting is None:
            fitting = intent
        else:
            cancel_intent(intent.pk, actor=actor, now=now)
    return fitting


def _ask_back(owed: Owed, context: HookContext) -> None:
    """Ask for a refund of what came last; what did not come by a payment is for staff."""
    left = owed.minor
    currency = _group(owed.group_id).currency
    for intent_id, paid in refundable(owed.order_id):
        part = min(left, paid)
        if part > 0:
            ask_back(owed.order_id, intent_id, Money(part, currency), context)
            left -= part


@transaction.atomic
def ask_back(order_id: UUID, intent_id: UUID, amount: Money, context: HookContext) -> list[Refund]:
    """Ask a part of a payment back for a locked order, and note it there; sent after the commit.

    Raises:
        AmountNotOpen, NotCapable: as `kernel.payments.services.refund`.
    """
    sequence = PaymentEntry.objects.filter(
        order_id=order_id, kind=PaymentEntryKind.REFUND_REQUESTED
    ).count()
    made = refund(
        intent_id,
        amount,
        key=f"order:{order_id.hex}:{sequence}:{intent_id.hex}",
        reason=context.reason or "order",
        actor=context.actor,
        now=context.now,
    )
    for each in made:
        note_refund(
            order_id,
            PaymentEntryKind.REFUND_REQUESTED,
            each.amount_minor,
            reference=each.key,
            actor=context.actor,
            now=context.now,
        )
    return made


def refundable(order_id: UUID) -> list[tuple[UUID, int]]:
    """Return by payment, the latest first, what of it can still be asked back."""
    left: dict[str, int] = defaultdict(int)
    asked_kinds = {PaymentEntryKind.REFUND_REQUESTED: -1}
    returned_kinds = {PaymentEntryKind.REFUND_FAILED: 1, PaymentEntryKind.REFUND_RETURNED: 1}
    signs = {PaymentEntryKind.PAID: 1, **asked_kinds, **returned_kinds}
    entries = PaymentEntry.objects.filter(order_id=order_id, kind__in=list(signs)).order_by("id")
    for kind, minor, reference in entries.values_list("kind", "minor", "reference"):
        is_payment = kind == PaymentEntryKind.PAID
        intent = reference if is_payment else _intent_in(reference)
        left[intent] += minor * signs[PaymentEntryKind(kind)]
    known = set(
        PaymentIntent.objects.filter(pk__in=[key for key in left if _is_id(key)]).values_list(
            "pk", flat=True
        )
    )
    return [
        (UUID(key), minor)
        for key, minor in reversed(left.items())
        if _is_id(key) and UUID(key) in known
    ]


def _intent_in(key: str) -> str:
    parts = key.split("#", maxsplit=1)[0].split(":")
    return parts[-1] if len(parts) == _KEY_PARTS else ""


def _is_id(text: str) -> bool:
    return len(text) == 32 and all(c in "0123456789abcdef" for c in text)  # noqa: PLR2004


def _group(group_id: UUID) -> OrderGroup:
    group = OrderGroup.objects.filter(pk=group_id).first()
    if group is None:
        raise OrderNotFound
    return group
