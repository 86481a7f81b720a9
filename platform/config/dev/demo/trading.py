"""Ninety days of trade: orders are placed, paid, shipped, received, cancelled, by services.

The days run one after the other, each with its own clock, as the shop would have
lived through them. The same day again does the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final, TypeAlias

from config.dev.demo.people import Buyer, buyers
from config.dev.demo.shelving import ACTOR, enable_transfer
from config.dev.demo.wares import Range
from kernel.catalogue.models import Variant
from kernel.checkout.services import (
    Basket,
    Choices,
    Item,
    Placement,
    Shopper,
    intent_for,
    place_many,
)
from kernel.common.money import Money
from kernel.fulfilment.models import Fulfilment
from kernel.fulfilment.services.dispatch import Parcel, fulfil_many
from kernel.inventory.choices import MovementKind
from kernel.inventory.models import Movement
from kernel.orders.choices import FulfilmentStatus, OrderStatus, PaymentStatus
from kernel.orders.models import Order, OrderLine
from kernel.orders.services.lifecycle import cancel_orders, complete_orders, receive_orders
from kernel.payments.choices import Verdict
from kernel.payments.gateways.contract import Payer
from kernel.payments.services import review, start_attempt
from kernel.payments.services.attempts import Start

if TYPE_CHECKING:
    from uuid import UUID

    from kernel.payments.models import PaymentBinding

Report: TypeAlias = Callable[[str], None]

DAYS: Final = 90
_ODDS: Final = {"paid": 0.83, "cancelled": 0.88, "unpaid": 1.0}
_CARRIERS: Final = {"zh": ("顺丰", "中通", "京东"), "en": ("UPS", "USPS", "FedEx")}
_PLENTY: Final = 50
_SPLIT: Final = 0.2
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What will become of an order, and after how many days."""

    fate: str
    at: datetime
    ship_after: int
    arrive_after: int
    is_split: bool


@dataclass(slots=True)
class _Book:
    """The shop while it trades."""

    goods: Range
    binding: PaymentBinding
    people: Sequence[Buyer]
    variants: Sequence[UUID]
    pick: Random
    now: datetime
    due: dict[tuple[int, str], list[tuple[UUID, _Plan]]] = field(default_factory=dict)

    def later(self, day: int, what: str, order_id: UUID, plan: _Plan) -> None:
        """Note what is to be done on a day."""
        self.due.setdefault((day, what), []).append((order_id, plan))

    def today(self, day: int, what: str) -> list[tuple[UUID, _Plan]]:
        """Return what is to be done on a day."""
        return self.due.get((day, what), [])


def trade(goods: Range, *, now: datetime, report: Report, days: int = DAYS) -> int:
    """Live through the days up to now; return how many orders there were.

    Called again with the same moment after it was interrupted anywhere, it does
    what is missing, and nothing twice.
    """
    pick = Random(f"trade:{goods.locale}")  # noqa: S311  the same orders in each run
    since = now - timedelta(days=days + 20)
    book = _Book(
        goods=goods,
        binding=enable_transfer(goods, now=now),
        people=buyers(is_chinese=goods.locale.startswith("zh"), pick=pick, since=since),
        variants=sellable(),
        pick=pick,
        now=now,
    )
    count = 0
    for day in range(days):
        report(f"day {day + 1} of {days}")
        morning = (now - timedelta(days=days - 1 - day)).replace(hour=0, minute=0, second=0)
        count += _open_day(book, day, morning)
        _close_day(book, day, min(morning + timedelta(hours=23, minutes=40), now))
    return count


def sellable() -> list[UUID]:
    """Return what the buyers may choose from: what there was plenty of at the opening."""
    plenty = Movement.objects.filter(kind=MovementKind.RECEIVED, on_hand__gte=_PLENTY)
    on_sale = Variant.objects.filter(
        status="active", pk__in=plenty.values("stock_item__variant_id")
    )
    return list(on_sale.order_by("sku").values_list("pk", flat=True))


def _open_day(book: _Book, day: int, morning: datetime) -> int:
    # More on week-ends, and a little more from week to week.
    count = 1 + (morning.weekday() >= 5) + book.pick.randint(0, 1 + day // 30)  # noqa: PLR2004
    made = 0
    for number in range(count):
        basket, plan = _basket(book), _plan(book, morning)
        if plan.at >= book.now - timedelta(minutes=1):
            continue
        placement = Placement(basket, f"demo:{day}:{number}", None)
        [outcome] = place_many([placement], actor=ACTOR, now=plan.at)
        if outcome.group_id is None:
            continue
        made += 1
        _decide(book, outcome.group_id, plan, day)
    return made


def _plan(book: _Book, morning: datetime) -> _Plan:
    chance = book.pick.random()
    return _Plan(
        fate=next(name for name, odds in _ODDS.items() if chance <= odds),
        at=morning + timedelta(minutes=book.pick.randint(0, 23 * 60)),
        ship_after=book.pick.randint(0, 2),
        arrive_after=book.pick.randint(2, 5),
        is_split=book.pick.random() < _SPLIT,
    )


def _basket(book: _Book) -> Basket:
    buyer = book.pick.choice(book.people)
    chosen = book.pick.sample(book.variants, book.pick.choice((1, 1, 2, 2, 3, 4)))
    return Basket(
        items=[Item(key, book.pick.choice((1, 1, 1, 2))) for key in chosen],
        shopper=Shopper(member_id=buyer.member_id),
        currency=book.goods.currency,
        address=buyer.address,
        choices=Choices(shipping=book.pick.choice(("express", "express", "courier"))),
        source=book.pick.choice(("store", "store", "api")),
    )


def _decide(book: _Book, group_id: UUID, plan: _Plan, day: int) -> None:
    order = Order.objects.get(group_id=group_id)
    order_id = order.pk
    if plan.fate == "unpaid":
        # Those of the last day may still be paid; the clock ends the others.
        book.later(day, "expire", order_id, plan)
        return
    if order.payment_status == PaymentStatus.UNPAID:
        _pay(book, group_id, plan.at + timedelta(minutes=6))
    if plan.fate == "cancelled":
        book.later(day, "cancel", order_id, plan)
        return
    shipped = day + plan.ship_after
    book.later(shipped, "ship", order_id, plan)
    book.later(shipped + plan.arrive_after, "arrive", order_id, plan)
    book.later(shipped + plan.arrive_after + 7, "complete", order_id, plan)


def _pay(book: _Book, group_id: UUID, at: datetime) -> None:
    intent = intent_for(group_id, now=at)
    start = Start(
        binding_id=book.binding.pk,
        key="demo",
        store_url="https://shop.example.com",
        payer=Payer(member_id=intent.member_id),
    )
    attempt = start_attempt(intent.pk, start, now=at)
    review(
        attempt.pk,
        verdict=Verdict.CONFIRM,
        received=Money(attempt.amount_minor, attempt.currency),
        reference=attempt.number[-10:],
        note="",
        actor=ACTOR,
        now=at + timedelta(minutes=2),
    )


def _close_day(book: _Book, day: int, evening: datetime) -> None:
    is_chinese = book.goods.locale.startswith("zh")
    late = [key for key, plan in book.today(day, "expire") if plan.at < book.now - _DAY]
    if late := _placed(late):
        cancel_orders(late, reason="unpaid", actor=ACTOR, now=evening, action="expire")
    if regretted := _placed([key for key, _plan in book.today(day, "cancel")]):
        reason = "改变主意了" if is_chinese else "Changed my mind"
        cancel_orders(regretted, reason=reason, actor=ACTOR, now=evening)
    _ship(book, book.today(day, "ship"), evening)
    # What has not left in whole yet does not arrive, and is not completed.
    for what, status, act in (
        ("arrive", FulfilmentStatus.FULFILLED, receive_orders),
        ("complete", FulfilmentStatus.DELIVERED, complete_orders),
    ):
        due = [key for key, _plan in book.today(day, what)]
        ready = Order.objects.filter(pk__in=_placed(due), fulfilment_status=status)
        if keys := list(ready.values_list("pk", flat=True)):
            act(keys, actor=ACTOR, now=evening)


def _placed(keys: Sequence[UUID]) -> list[UUID]:
    """Return those of the orders that are neither cancelled nor completed, also not before."""
    rows = Order.objects.filter(pk__in=keys, status=OrderStatus.PLACED).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _ship(book: _Book, plans: Sequence[tuple[UUID, _Plan]], evening: datetime) -> None:
    carriers = _CARRIERS["zh" if book.goods.locale.startswith("zh") else "en"]
    parcels = []
    # A day's parcels leave together, or none does.
    left = set(
        Fulfilment.objects.filter(order__in=[key for key, _plan in plans]).values_list(
            "order_id", flat=True
        )
    )
    for order_id, plan in plans:
        lines = OrderLine.objects.filter(order_id=order_id).order_by("position")
        quantities = [(line.pk, line.open_quantity) for line in lines]
        tracking, carrier = f"{book.pick.randrange(10**11, 10**12)}", book.pick.choice(carriers)
        rest = None
        if order_id in left:
            continue
        if plan.is_split and len(quantities) > 1:
            parcels.append(Parcel(order_id, dict(quantities[:1]), carrier, f"{tracking}1"))
            if evening > book.now - 3 * _DAY:
                # One parcel has left, the other has not.
                continue
            rest = dict(quantities[1:])
        parcels.append(Parcel(order_id, rest, carrier, tracking))
    if parcels:
        fulfil_many(parcels, actor=ACTOR, now=evening)
