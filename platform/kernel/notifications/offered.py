"""The kernel's kinds of messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.aftersales.choices import EntryKind
from kernel.aftersales.choices import Side as CaseSide
from kernel.aftersales.events import CaseChanged
from kernel.catalogue.models import Variant
from kernel.common.ids import public_id
from kernel.common.money import Money
from kernel.fulfilment.models import Fulfilment
from kernel.inventory.events import StockRanLow
from kernel.members.events import MemberRegistered
from kernel.members.models import Member
from kernel.notifications.choices import Audience, MessageChannel, Topic
from kernel.notifications.kinds import Kind, Telling, Variable, offer
from kernel.orders import events as orders
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.models import Order, PaymentEntry
from kernel.payments.events import RefundFailed
from kernel.reviews.choices import ReviewState
from kernel.reviews.events import ReviewChanged
from kernel.reviews.models import Review
from kernel.webhooks.events import EndpointStopped

_INBOX: Final = (MessageChannel.INBOX,)
_TOLD: Final = frozenset(
    {
        *(EntryKind.MESSAGE, EntryKind.OFFERED, EntryKind.APPROVED, EntryKind.REJECTED),
        *(EntryKind.REPLACED, EntryKind.REFUNDED, EntryKind.LAPSED, EntryKind.ARBITRATED),
    }
)
_CASE: Final[Mapping[str, Variable]] = {
    "number": Variable(label=_("Number of the after-sales case"), sample="AS2607010001"),
    "what": Variable(label=_("What happened"), sample="Approved"),
}
_NAME: Final = Variable(label=_("Name of the buyer"), sample="林晓")
_ORDER: Final[Mapping[str, Variable]] = {
    "name": _NAME,
    "number": Variable(label=_("Number of the order"), sample="2607010000012"),
    "total": Variable(label=_("What the order costs"), sample="CNY 128.00"),
}


def offer_all() -> None:
    """Make the kernel's kinds known."""
    for kind in (*_TO_MEMBERS, *_TO_STAFF):
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
        "total": _amount(order.total_minor, order.currency),
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


def _cancelled(event: orders.OrderCancelled) -> Sequence[Telling]:
    order = _order(event.order_id)
    return _to_buyer(order, order.cancelled_at if order else None)


def _refunded(event: orders.OrderRefunded) -> Sequence[Telling]:
    back = PaymentEntry.objects.filter(order=event.order_id, kind=PaymentEntryKind.REFUNDED)
    at = back.order_by("-id").values_list("at", flat=True).first()
    amount = _amount(event.refunded_minor, event.currency)
    return _to_buyer(_order(event.order_id), at, refunded=amount)


def _welcome(event: MemberRegistered) -> Sequence[Telling]:
    row = Member.objects.filter(pk=event.member_id).first()
    if row is None:
        return ()
    return (Telling({"name": row.name}, row.pk, link="/account/", at=row.created_at),)


def _new_order(event: orders.OrderPaid) -> Sequence[Telling]:
    at = Order.objects.filter(pk=event.order_id).values_list("paid_at", flat=True).first()
    values = {"number": event.number, "total": _amount(event.total_minor, event.currency)}
    return (Telling(values, link=f"/orders/{event.number}/", at=at),)


def _case_for_staff(event: CaseChanged) -> Sequence[Telling]:
    if event.side != CaseSide.BUYER and event.change != EntryKind.STUCK:
        return ()
    values: dict[str, str | Promise] = {
        "number": event.number,
        "what": EntryKind(event.change).label,
    }
    return (Telling(values, link=f"/after-sales/{event.number}/"),)


def _case_for_buyer(event: CaseChanged) -> Sequence[Telling]:
    if event.side == CaseSide.BUYER or event.change not in _TOLD or event.member_id is None:
        return ()
    values: dict[str, str | Promise] = {
        "number": event.number,
        "what": EntryKind(event.change).label,
    }
    return (Telling(values, event.member_id, link=f"/after-sales/{event.number}/"),)


def _low(event: StockRanLow) -> Sequence[Telling]:
    keys = [each.variant_id for each in event.items]
    found = Variant.objects.select_related("product").filter(pk__in=keys)
    titles: dict[UUID, str] = {
        row.pk: " ".join((row.product.title, row.title, f"({row.sku})")) for row in found
    }
    lines = [
        f"{' '.join(titles[each.variant_id].split())}: {each.left}"
        for each in event.items
        if each.variant_id in titles
    ]
    if not lines:
        return ()
    return (Telling({"goods": "\n".join(lines), "count": str(len(lines))}, link="/stock/"),)


def _refund_failed(event: RefundFailed) -> Sequence[Telling]:
    return (Telling({"failure": event.failure}, link="/payments/refunds/"),)


def _waiting_review(event: ReviewChanged) -> Sequence[Telling]:
    if event.change not in {"written", "appended"}:
        return ()
    row = Review.objects.select_related("line").filter(pk=event.review_id).first()
    if row is None or ReviewState.WAITING not in {row.state, row.addition_state}:
        return ()
    title = str(row.line.snapshot.get("title", ""))
    at = row.appended_at or row.created_at
    return (Telling({"title": title}, link="/reviews/?state=waiting", at=at),)


def _stopped(event: EndpointStopped) -> Sequence[Telling]:
    link = f"/webhooks/{public_id('whe', event.endpoint_id)}/deliveries/"
    return (Telling({"name": event.title, "url": event.url}, link=link),)


def _amount(minor: int, currency: str) -> str:
    return f"{currency} {Money(minor, currency).decimal()}"


_TO_MEMBERS: Final = (
    Kind(
        code="order.placed",
        source=orders.OrderPlaced.name,
        title=_("Order placed"),
        audience=Audience.MEMBER,
        tells=_placed,
        channels=_INBOX,
        subject=_("Your order {{ number }} has arrived"),
        body=_("Hello {{ name }},\n\nthank you for your order {{ number }} of {{ total }}."),
        variables=_ORDER,
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
        variables=_ORDER,
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
            **_ORDER,
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
        variables=_ORDER,
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
            **_ORDER,
            "refunded": Variable(label=_("What was paid back so far"), sample="CNY 28.00"),
        },
    ),
    Kind(
        code="after_sale.changed",
        source=CaseChanged.name,
        title=_("After-sales case"),
        audience=Audience.MEMBER,
        tells=_case_for_buyer,
        channels=_INBOX,
        subject=_("Your after-sales case {{ number }}: {{ what }}"),
        body=_("There is news of your after-sales case {{ number }}: {{ what }}."),
        variables=_CASE,
    ),
    Kind(
        code="member.welcome",
        source=MemberRegistered.name,
        title=_("Welcome"),
        audience=Audience.MEMBER,
        topic=Topic.ACCOUNT,
        tells=_welcome,
        channels=_INBOX,
        subject=_("Welcome to {{ shop }}"),
        body=_("Hello {{ name }},\n\nit is good to have you here."),
        variables={"name": _NAME},
    ),
)
_TO_STAFF: Final = (
    Kind(
        code="staff.new_order",
        source=orders.OrderPaid.name,
        title=_("New paid order"),
        audience=Audience.STAFF,
        permission="orders.manage",
        tells=_new_order,
        channels=_INBOX,
        subject=_("New order {{ number }}"),
        body=_("Order {{ number }} of {{ total }} is paid and waits for you."),
        variables={name: _ORDER[name] for name in ("number", "total")},
    ),
    Kind(
        code="staff.after_sale",
        source=CaseChanged.name,
        title=_("After-sales case waits"),
        audience=Audience.STAFF,
        permission="aftersales.manage",
        tells=_case_for_staff,
        channels=_INBOX,
        subject=_("After-sales case {{ number }}: {{ what }}"),
        body=_("Something happened in the after-sales case {{ number }}: {{ what }}."),
        variables=_CASE,
    ),
    Kind(
        code="staff.stock_low",
        source=StockRanLow.name,
        title=_("Little stock left"),
        audience=Audience.STAFF,
        permission="stock.manage",
        tells=_low,
        subject=_("Little is left of {{ count }} articles"),
        body=_("There is little left of:\n\n{{ goods }}"),
        variables={
            "goods": Variable(label=_("What, and how much of it is left"), sample="龙井 (T-1): 2"),
            "count": Variable(label=_("Number of articles"), sample="1"),
        },
    ),
    Kind(
        code="staff.refund_failed",
        source=RefundFailed.name,
        title=_("Refund failed"),
        audience=Audience.STAFF,
        permission="payments.refund",
        tells=_refund_failed,
        subject=_("A refund did not go through"),
        body=_("Money could not be paid back ({{ failure }}). Please look at it."),
        variables={"failure": Variable(label=_("Why"), sample="account_closed")},
    ),
    Kind(
        code="staff.review_waiting",
        source=ReviewChanged.name,
        title=_("Review waits"),
        audience=Audience.STAFF,
        permission="reviews.manage",
        tells=_waiting_review,
        channels=_INBOX,
        subject=_("A review waits for you"),
        body=_("Somebody reviewed {{ title }}; it is shown once you have looked at it."),
        variables={"title": Variable(label=_("Title of the product"), sample="龙井")},
    ),
    Kind(
        code="staff.webhook_stopped",
        source=EndpointStopped.name,
        title=_("Webhook stopped"),
        audience=Audience.STAFF,
        permission="webhooks.manage",
        tells=_stopped,
        subject=_("The webhook {{ name }} was stopped"),
        body=_(
            "{{ url }} has not answered for days. What happens is kept for it; "
            "switch it on again once it works."
        ),
        variables={
            "name": Variable(label=_("Name of the webhook"), sample="ERP"),
            "url": Variable(label=_("Its address"), sample="https://erp.example/hooks"),
        },
    ),
)
