"""The kernel's kinds of messages to buyers; those to staff stand in `offered_staff`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.aftersales.choices import EntryKind
from kernel.aftersales.choices import Side as CaseSide
from kernel.aftersales.events import CaseChanged
from kernel.fulfilment.models import Fulfilment
from kernel.members.events import MemberRegistered
from kernel.members.models import Member
from kernel.notifications.choices import Audience, Topic
from kernel.notifications.kinds import Kind, Telling, Variable, offer
from kernel.notifications.offered_shared import CASE, INBOX, NAME, ORDER, amount_text
from kernel.notifications.offered_staff import TO_STAFF
from kernel.orders import events as orders
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.models import Order, PaymentEntry
from kernel.reviews.guests import guest_path

_TOLD: Final = frozenset(
    {
        *(EntryKind.MESSAGE, EntryKind.OFFERED, EntryKind.APPROVED, EntryKind.REJECTED),
        *(EntryKind.REPLACED, EntryKind.REFUNDED, EntryKind.LAPSED, EntryKind.ARBITRATED),
        *(EntryKind.CHARGED, EntryKind.MONEY_INSTEAD),
    }
)


def offer_all() -> None:
    """Make the kernel's kinds known."""
    for kind in (*_TO_MEMBERS, *TO_STAFF):
        offer(kind)


def _order(order_id: UUID) -> Order | None:
    return Order.objects.select_related("group", "member").filter(pk=order_id).first()


def _to_buyer(order: Order | None, at: datetime | None, **more: str) -> Sequence[Telling]:
    if order is None:
        return ()
    name = order.member.name if order.member is not None else order.address.get("name", "")
    values = {
        "name": str(name),
        "number": order.number,
        "total": amount_text(order.total_minor, order.currency),
        **more,
    }
    link = f"/orders/{order.number}/"
    if order.member_id is not None:
        return (Telling(values, member_id=order.member_id, link=link, at=at),)
    return (Telling(values, email=order.group.email, phone=order.group.phone, at=at),)


def _placed(event: orders.OrderPlaced) -> Sequence[Telling]:
    order = _order(event.order_id)
    return _to_buyer(order, order.placed_at if order else None)


def _paid(event: orders.OrderPaid) -> Sequence[Telling]:
    order = _order(event.order_id)
    return _to_buyer(order, order.paid_at if order else None)


def _shipped(event: orders.OrderShipped) -> Sequence[Telling]:
    parcel = Fulfilment.objects.filter(order=event.order_id).order_by("-id").first()
    if parcel is None:
        return ()
    order, at = _order(event.order_id), parcel.shipped_at
    return _to_buyer(order, at, carrier=parcel.carrier, tracking=parcel.tracking)


def _review_asked(event: orders.OrderDelivered) -> Sequence[Telling]:
    order = _order(event.order_id)
    told = _to_buyer(order, order.delivered_at if order else None)
    if order is None or order.member_id is not None:
        return told
    return [replace(each, link=guest_path(order.pk)) for each in told]


def _cancelled(event: orders.OrderCancelled) -> Sequence[Telling]:
    order = _order(event.order_id)
    return _to_buyer(order, order.cancelled_at if order else None)


def _refunded(event: orders.OrderRefunded) -> Sequence[Telling]:
    back = PaymentEntry.objects.filter(order=event.order_id, kind=PaymentEntryKind.REFUNDED)
    at = back.order_by("-id").values_list("at", flat=True).first()
    amount = amount_text(event.refunded_minor, event.currency)
    return _to_buyer(_order(event.order_id), at, refunded=amount)


def _welcome(event: MemberRegistered) -> Sequence[Telling]:
    row = Member.objects.filter(pk=event.member_id).first()
    if row is None or event.by_staff:
        return ()
    return (Telling({"name": row.name}, row.pk, link="/account/", at=row.created_at),)


def _case_for_buyer(event: CaseChanged) -> Sequence[Telling]:
    if event.side == CaseSide.BUYER or event.change not in _TOLD or event.member_id is None:
        return ()
    values: dict[str, str | Promise] = {
        "number": event.number,
        "what": EntryKind(event.change).label,
    }
    return (Telling(values, event.member_id, link=f"/after-sales/{event.number}/"),)


_TO_MEMBERS: Final = (
    Kind(
        code="order.placed",
        source=orders.OrderPlaced.name,
        title=_("Order placed"),
        audience=Audience.MEMBER,
        tells=_placed,
        channels=INBOX,
        subject=_("Your order {{ number }} has arrived"),
        body=_("Hello {{ name }},\n\nthank you for your order {{ number }} of {{ total }}."),
        variables=ORDER,
    ),
    Kind(
        code="order.paid",
        source=orders.OrderPaid.name,
        title=_("Order paid"),
        audience=Audience.MEMBER,
        tells=_paid,
        subject=_("Your order {{ number }} is paid"),
        body=_(
            "Hello {{ name }},\n\nthe payment of {{ total }} for your order {{ number }} has come. "
            "We are getting it ready."
        ),
        variables=ORDER,
    ),
    Kind(
        code="order.shipped",
        source=orders.OrderShipped.name,
        title=_("Order shipped"),
        audience=Audience.MEMBER,
        tells=_shipped,
        subject=_("Your order {{ number }} is on its way"),
        body=_(
            "Hello {{ name }},\n\ngoods of your order {{ number }} have left. "
            "Parcel: {{ carrier }} {{ tracking }}"
        ),
        variables={
            **ORDER,
            "carrier": Variable(label=_("Who carries the parcel"), sample="sf"),
            "tracking": Variable(label=_("Tracking number"), sample="SF1234567890"),
        },
    ),
    Kind(
        code="order.cancelled",
        source=orders.OrderCancelled.name,
        title=_("Order cancelled"),
        audience=Audience.MEMBER,
        tells=_cancelled,
        subject=_("Your order {{ number }} was cancelled"),
        body=_(
            "Hello {{ name }},\n\nyour order {{ number }} was cancelled. "
            "What was paid for it comes back to you."
        ),
        variables=ORDER,
    ),
    Kind(
        code="order.refunded",
        source=orders.OrderRefunded.name,
        title=_("Order refunded"),
        audience=Audience.MEMBER,
        tells=_refunded,
        subject=_("{{ refunded }} of your order {{ number }} came back"),
        body=_(
            "Hello {{ name }},\n\nwe have paid {{ refunded }} of your order {{ number }} back. "
            "Depending on the bank it takes a few days until you see it."
        ),
        variables={
            **ORDER,
            "refunded": Variable(label=_("What was paid back so far"), sample="CNY 28.00"),
        },
    ),
    Kind(
        code="review.asked",
        source=orders.OrderDelivered.name,
        title=_("How was it?"),
        audience=Audience.MEMBER,
        tells=_review_asked,
        subject=_("How do you like what you bought?"),
        body=_(
            "Hello {{ name }},\n\nyour order {{ number }} has arrived. Others would like to know "
            "what you think of it."
        ),
        variables=ORDER,
    ),
    Kind(
        code="after_sale.changed",
        source=CaseChanged.name,
        title=_("After-sales case"),
        audience=Audience.MEMBER,
        tells=_case_for_buyer,
        channels=INBOX,
        subject=_("Your after-sales case {{ number }}: {{ what }}"),
        body=_("There is news of your after-sales case {{ number }}: {{ what }}."),
        variables=CASE,
    ),
    Kind(
        code="member.welcome",
        source=MemberRegistered.name,
        title=_("Welcome"),
        audience=Audience.MEMBER,
        topic=Topic.ACCOUNT,
        tells=_welcome,
        channels=INBOX,
        subject=_("Welcome to {{ shop }}"),
        body=_("Hello {{ name }},\n\nit is good to have you here."),
        variables={"name": NAME},
    ),
)
