"""Visits of the ninety days: people who look, and those who bought, told as browsers tell them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from config.dev.demo.trading import DAYS
from kernel.analytics.choices import Channel, Device, Step
from kernel.analytics.following import tell_followers
from kernel.analytics.models import SeenStep
from kernel.analytics.services import note_steps, roll_up
from kernel.analytics.values import Seen
from kernel.catalogue.models import Product
from kernel.common.time import local_date
from kernel.orders.models import OrderGroup, OrderLine
from kernel.tenancy.context import current_tenant

if TYPE_CHECKING:
    from config.dev.demo.wares import Range

Told = tuple[datetime, Seen]

# Channel, source, how many of a hundred visits.
_FROM: Final[dict[bool, Sequence[tuple[Channel, str, int]]]] = {
    True: (
        (Channel.SOCIAL, "wechat", 34),
        (Channel.DIRECT, "", 22),
        (Channel.SEARCH, "baidu.com", 14),
        (Channel.SOCIAL, "xiaohongshu.com", 9),
        (Channel.INVITATION, "", 9),
        (Channel.ADVERTISING, "douyin / 秋收", 7),
        (Channel.CAMPAIGN, "newsletter / 会员日", 3),
        (Channel.REFERRAL, "xiachufang.com", 2),
    ),
    False: (
        (Channel.SEARCH, "google.com", 30),
        (Channel.DIRECT, "", 24),
        (Channel.SOCIAL, "instagram.com", 17),
        (Channel.ADVERTISING, "google / autumn", 11),
        (Channel.CAMPAIGN, "newsletter / new-in", 7),
        (Channel.INVITATION, "", 5),
        (Channel.SEARCH, "bing.com", 3),
        (Channel.REFERRAL, "whowhatwear.com", 3),
    ),
}
_DEVICES: Final[dict[bool, Sequence[int]]] = {True: (86, 4, 10), False: (62, 7, 31)}
_HOURS: Final = (1, 1, 0, 0, 0, 1, 2, 4, 5, 6, 6, 6, 7, 6, 5, 5, 5, 6, 7, 9, 11, 12, 9, 4)
_LOOKS, _CARTS, _BEGINS, _RETURNS = 0.62, 0.16, 0.3, 0.12


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Who visits a shop, and what they may look at."""

    is_chinese: bool
    pick: Random
    handles: Sequence[str]

    def handle(self) -> str:
        """Return a product to look at: some are looked at much more than others."""
        weights = [1 + 12 // (1 + number) for number in range(len(self.handles))]
        return self.pick.choices(self.handles, weights)[0]


def visit_once(goods: Range, *, now: datetime) -> None:
    """Let people visit the shop up to now, unless somebody did; then make the figures."""
    if SeenStep.objects.exists():
        return
    is_chinese = goods.locale.startswith("zh")
    pick = Random(f"visits:{goods.locale}")  # noqa: S311  the same visits in each run
    on_sale = Product.objects.filter(status="active").order_by("created_at", "pk")
    crowd = _Crowd(is_chinese, pick, list(on_sale.values_list("handle", flat=True)))
    note_steps(sorted(_bought(crowd), key=_moment))
    for back in range(DAYS - 1, -1, -1):
        day = now - timedelta(days=back)
        count = round((38 + (DAYS - back) / 3) * pick.uniform(0.8, 1.2))
        if local_date(day, current_tenant().zone).weekday() >= 5:  # noqa: PLR2004  the week-end
            count = count * 13 // 10
        told: list[Told] = []
        known: list[UUID] = []
        for _number in range(count):
            at = day.replace(minute=pick.randrange(60), second=pick.randrange(60)) - timedelta(
                hours=pick.choices(range(24), _by_clock(day))[0]
            )
            if at < now:
                told += _looked(crowd, at, known)
        note_steps(sorted(told, key=_moment))
    roll_up(now=now)
    tell_followers(now)


def _by_clock(day: datetime) -> list[int]:
    """Return how likely each number of hours before a moment is, by the shop's clock."""
    hour = day.astimezone(ZoneInfo(current_tenant().zone)).hour
    return [_HOURS[(hour - back) % 24] for back in range(24)]


def _looked(crowd: _Crowd, at: datetime, known: list[UUID]) -> Iterator[Told]:
    """Yield the steps of somebody who does not buy."""
    pick = crowd.pick
    visitor = pick.choice(known) if known and pick.random() < _RETURNS else _id(pick)
    known.append(visitor)
    told = _Visit(crowd, visitor)
    yield at, told.step(Step.PAGE)
    if pick.random() > _LOOKS:
        return
    for _number in range(pick.choice((1, 1, 2, 3))):
        handle = crowd.handle()
        at += timedelta(seconds=pick.randint(8, 160))
        yield at, told.step(Step.PRODUCT, handle=handle)
        if pick.random() < _CARTS:
            yield at + timedelta(seconds=7), told.step(Step.CART, handle=handle)
            if pick.random() < _BEGINS:
                yield at + timedelta(seconds=40), told.step(Step.CHECKOUT)
                return


def _bought(crowd: _Crowd) -> Iterator[Told]:
    """Yield the steps before each order that was placed in the storefront."""
    handles = dict(Product.objects.values_list("pk", "handle"))
    lines: dict[UUID, list[UUID]] = {}
    rows = OrderLine.objects.filter(order__source="store").order_by("position")
    for group_id, product_id in rows.values_list("order__group_id", "product_id"):
        lines.setdefault(group_id, []).append(product_id)
    for group in OrderGroup.objects.filter(pk__in=lines).order_by("placed_at", "pk"):
        told = _Visit(crowd, _id(crowd.pick))
        at = group.placed_at - timedelta(seconds=90 * (len(lines[group.pk]) + 2))
        yield at, told.step(Step.PAGE)
        for product_id in lines[group.pk]:
            at += timedelta(seconds=crowd.pick.randint(20, 80))
            handle = handles.get(product_id, "")
            yield at, told.step(Step.PRODUCT, handle=handle)
            yield at + timedelta(seconds=5), told.step(Step.CART, handle=handle)
        yield group.placed_at - timedelta(seconds=45), told.step(Step.CHECKOUT)
        yield group.placed_at + timedelta(seconds=1), told.step(Step.PLACED, group_id=group.pk)


class _Visit:
    """Where somebody comes from, and with what."""

    def __init__(self, crowd: _Crowd, visitor: UUID) -> None:
        known, pick = _FROM[crowd.is_chinese], crowd.pick
        [(channel, source, _odds)] = pick.choices(known, [odds for *_rest, odds in known])
        [device] = pick.choices(list(Device), _DEVICES[crowd.is_chinese])
        self._facts = {"channel": channel, "source": source, "device": device}
        self._ids = {"visitor": visitor, "visit": _id(pick)}

    def step(self, step: Step, *, handle: str = "", group_id: UUID | None = None) -> Seen:
        """Return a step as a browser tells it."""
        return Seen(
            step=step,
            handle=handle,
            group_id=group_id,
            visitor=self._ids["visitor"],
            visit=self._ids["visit"],
            channel=Channel(self._facts["channel"]),
            source=str(self._facts["source"]),
            device=Device(self._facts["device"]),
        )


def _id(pick: Random) -> UUID:
    return UUID(int=pick.getrandbits(128), version=4)


def _moment(told: Told) -> datetime:
    return told[0]
