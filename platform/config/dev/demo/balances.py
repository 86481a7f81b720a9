"""Gives the demo's member a balance, by postings, and lets some of it be spent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from config.dev.demo.people import written
from config.dev.demo.shelving import ACTOR, enable_transfer
from config.dev.demo.trading import sellable
from config.dev.demo.wares import Range
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
from kernel.ledger.models import Journal
from kernel.ledger.services import Owner, adjust, cash_asset
from kernel.members.models import Address, Member
from kernel.members.services.addresses import Place, add_address
from kernel.orders.choices import PaymentStatus
from kernel.orders.models import Order
from kernel.payments.choices import AttemptState, Verdict
from kernel.payments.gateways.contract import Payer
from kernel.payments.models import PaymentBinding
from kernel.payments.services import bind, review, set_enabled, start_attempt
from kernel.payments.services.attempts import Start
from kernel.pricing.models import BasePrice

if TYPE_CHECKING:
    from uuid import UUID

_FIRST: Final = 1_000
_SECOND: Final = 50_000
_LAST: Final = "demo:balance:second"
_HOME: Final = {
    "zh": Place("陈美", "+8613857100021", "文三路 218 号", "CN", "330106", "", "310013"),
    "en": Place("Sam Rivers", "+12125550121", "48 Carroll St", "US", "US-NY", "Brooklyn", "11215"),
}


def spend_once(goods: Range, *, login: str, now: datetime) -> None:
    """Let balances pay in the current tenant, and give a member one that was paid with.

    The member is given a little and pays a part of an order with it, the rest by bank
    transfer; then he is given more and pays a whole order. What is done stays as it is.

    Args:
        goods: what the shop sells.
        login: the member's.
        now: the moment.
    """
    if Journal.objects.filter(key=_LAST).exists():
        return
    member = Member.objects.get(login=login)
    wallet, transfer = _accept(goods, now=now), enable_transfer(goods, now=now)
    is_chinese = goods.locale.startswith("zh")
    home = _at_home(member, _HOME["zh" if is_chinese else "en"], now=now)
    asset = cash_asset(goods.currency).code
    owner = Owner("member", member.pk)
    reason = "旧会员卡余额转入" if is_chinese else "Carried over from the old gift card"
    adjust(owner, asset, _FIRST, key="demo:balance:first", reason=reason, actor=ACTOR)
    group = _ordered(goods, member, home, number=1, now=now - timedelta(days=3))
    _paid(group, transfer, balances=(wallet.pk,), now=now)
    reason = "充值" if is_chinese else "Topped up at the counter"
    adjust(owner, asset, _SECOND, key=_LAST, reason=reason, actor=ACTOR)
    group = _ordered(goods, member, home, number=2, now=now - timedelta(days=1))
    _paid(group, wallet, balances=(), now=now)


def _accept(goods: Range, *, now: datetime) -> PaymentBinding:
    known = PaymentBinding.objects.filter(gateway="wallet").first()
    if known is not None:
        return known
    row = bind(
        gateway="wallet",
        is_live=True,
        title="余额" if goods.locale.startswith("zh") else "Balance",
        values={"asset": cash_asset(goods.currency).code},
        actor=ACTOR,
        now=now,
    )
    return set_enabled(row.pk, enabled=True, actor=ACTOR)


def _at_home(member: Member, place: Place, *, now: datetime) -> dict[str, str]:
    row = Address.objects.filter(member_id=member.pk).order_by("created_at").first()
    return written(row or add_address(member.pk, place, now=now))


def _ordered(
    goods: Range, member: Member, home: dict[str, str], *, number: int, now: datetime
) -> UUID:
    prices = BasePrice.objects.filter(variant_id__in=sellable(), currency=goods.currency)
    dearest = list(prices.order_by("-minor", "variant_id").values_list("variant_id", flat=True))
    # The little that is given first does not pay for the dearest.
    chosen = dearest[len(dearest) // 2 if number > 1 else 0]
    basket = Basket(
        items=[Item(chosen, 1)],
        shopper=Shopper(member_id=member.pk),
        currency=goods.currency,
        address=home,
        choices=Choices(shipping="express"),
        source="store",
    )
    [outcome] = place_many(
        [Placement(basket, f"demo:balance:{number}", None)], actor=ACTOR, now=now
    )
    if outcome.group_id is None:
        raise RuntimeError(f"order {number} of {member.login} was refused")
    return outcome.group_id


def _paid(
    group_id: UUID, binding: PaymentBinding, *, balances: tuple[UUID, ...], now: datetime
) -> None:
    order = Order.objects.get(group_id=group_id)
    if order.payment_status != PaymentStatus.UNPAID:
        return
    at = order.placed_at + timedelta(minutes=6)
    intent = intent_for(group_id, now=at)
    start = Start(
        binding_id=binding.pk,
        key="demo",
        store_url="https://shop.example.com",
        payer=Payer(member_id=intent.member_id),
        balances=balances,
    )
    attempt = start_attempt(intent.pk, start, now=at)
    if attempt.state == AttemptState.PAID:
        return
    review(
        attempt.pk,
        verdict=Verdict.CONFIRM,
        received=Money(attempt.amount_minor, attempt.currency),
        reference=attempt.number[-10:],
        note="",
        actor=ACTOR,
        now=min(at + timedelta(hours=2), now),
    )
