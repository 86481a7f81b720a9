"""Orders that were paid through payments, and cases about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from uuid import UUID

from kernel.aftersales.choices import CaseKind, Reason, Remedy
from kernel.aftersales.models import Case
from kernel.aftersales.planning import Wish
from kernel.aftersales.services import request
from kernel.audit.actor import Actor
from kernel.checkout.paying import intent_for
from kernel.common.money import Money
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.fulfilment.services import Parcel, fulfil, receive_order
from kernel.members.models import Member
from kernel.orders.models import Order, OrderGroup, OrderLine
from kernel.payments.choices import MOVING_REFUNDS, RefundState
from kernel.payments.gateways.contract import PayResult, RefundResult
from kernel.payments.models import Attempt, BindingVersion, PaymentBinding, PaymentIntent, Refund
from kernel.payments.services import apply_result
from kernel.payments.services.refunds import apply_refund
from testkit.factories.orders import make_member, orders_in, place

STAFF = Actor("staff", "stf_1", "李文")
BUYER = Actor("member", "mem_1")


def make_account(gateway: str = "offline", **public: object) -> PaymentBinding:
    """Bind an account that money comes in on."""
    row = PaymentBinding.objects.create(
        gateway=gateway,
        mode="direct",
        is_live=False,
        title=gateway,
        is_enabled=True,
        checked_at=utc_now(),
    )
    values = {"way": "transfer", "instructions": "IBAN", "account": "1"}
    BindingVersion.objects.create(binding=row, version=1, public={**values, **public}, set_by="x")
    return row


def pay_in(group: OrderGroup, *, now: datetime, parts: int = 1) -> PaymentIntent:
    """Let the money of a group come, in so many parts."""
    intent, account = intent_for(group.pk, now=now), make_account()
    for share in Money(intent.amount_minor, intent.currency).split([1] * parts):
        attempt = Attempt.objects.create(
            intent=intent,
            binding=account,
            version=1,
            key=token_hex(6),
            channel="qr",
            currency=intent.currency,
            amount_minor=share.minor,
            created_at=now,
        )
        apply_result(attempt.pk, PayResult("paid", gateway_ref=token_hex(6)), now=now)
    return PaymentIntent.objects.get(pk=intent.pk)


def make_paid(
    *items: tuple[UUID, int],
    member: Member | None = None,
    now: datetime | None = None,
    parts: int = 1,
) -> Order:
    """Let a member buy and pay something that is not shipped yet."""
    moment, buyer = now or utc_now(), member or make_member()
    group = place(*items, member_id=buyer.pk, now=moment)
    pay_in(group, now=moment, parts=parts)
    [order] = orders_in(group)
    return order


def make_arrived(
    *items: tuple[UUID, int],
    member: Member | None = None,
    now: datetime | None = None,
    parts: int = 1,
) -> Order:
    """Let something that a member bought and paid arrive."""
    moment = now or utc_now()
    order = make_paid(*items, member=member, now=moment, parts=parts)
    fulfil(Parcel(order.pk, carrier="SF", tracking="SF1"), actor=STAFF, now=moment)
    receive_order(order.pk, actor=STAFF, now=moment)
    order.refresh_from_db()
    return order


def lines_in(order: Order) -> list[OrderLine]:
    """Return the lines of an order as they are now."""
    return list(OrderLine.objects.filter(order=order).order_by("position"))


def make_case(
    order: Order,
    kind: CaseKind = CaseKind.RETURN_REFUND,
    *wishes: Wish,
    reason: Reason = Reason.FAULTY,
    remedy: Remedy = Remedy.MONEY,
    now: datetime | None = None,
) -> Case:
    """Let the buyer of an order ask for something; for all of its first line by default."""
    first = lines_in(order)[0]
    return request(
        order.pk,
        kind,
        reason,
        wishes or [Wish(first.pk, first.quantity)],
        remedy=remedy,
        actor=BUYER,
        now=now or utc_now(),
        text="The lid is broken.",
    )


def send_refunds(*, failure: str = "") -> Sequence[Refund]:
    """Let gateways answer the refunds that wait, and everybody hear of it."""
    moved = []
    for row in Refund.objects.filter(state__in=[*MOVING_REFUNDS, RefundState.REVIEW]):
        said = RefundResult("failed", failure=failure) if failure else RefundResult("succeeded")
        moved.append(apply_refund(row.pk, said, now=utc_now()))
    while deliver_pending(clock=utc_now, limit=200) == 200:  # noqa: PLR2004  a full turn
        pass
    return moved
