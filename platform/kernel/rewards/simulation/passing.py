"""What a day brings beside orders: windows close, tasks are done, periods end."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from kernel.rewards.simulation.buying import fail_phase
from kernel.rewards.simulation.people import Event
from kernel.rewards.simulation.world import World

_WEEK: Final = 7
_MONTH: Final = 30
_MANY: Final = 50


def settling(world: World) -> Iterator[Event]:
    """Send back some orders whose window closes today, and release the rest."""
    due = [one for one in world.waiting if one[0] <= world.day]
    world.waiting = [one for one in world.waiting if one[0] > world.day]
    for _day, order, buyer in due:
        if world.happens(world.assumed.refund_pct):
            account = world.people.accounts[buyer]
            account.paid -= int(world.assumed.price * 100)
            account.worth -= int(world.assumed.cost * 100)
            yield {"type": "order.refunded", "key": f"back:{order}", "order": order,
                   "scope": "full"}  # fmt: skip
        else:
            yield {"type": "order.return_window_closed", "key": f"closed:{order}", "order": order}


def passing(world: World) -> Iterator[Event]:
    """Yield what members do of themselves on a day, then what ends with it."""
    yield from _tasks(world)
    yield from _advertising(world)
    yield from _selling(world)
    yield from _rain(world)
    yield from _periods(world)
    if world.hears("release.due"):
        for member in world.people.names:
            if world.holding(member, "FUND") > 0:
                yield {"type": "release.due", "key": f"due:{world.day}:{member}",
                       "member": member, "why": "daily 1%", "reason": "daily",
                       "rate": "1"}  # fmt: skip
    elif _has_delays(world):
        yield {"type": "release.due", "key": f"due:{world.day}"}


def stopping(world: World) -> Iterator[Event]:
    """Yield what happens when nobody new comes any more."""
    if world.hears("phase.failed"):
        yield from fail_phase(world)


def _has_delays(world: World) -> bool:
    rules = [rule for pack in world.packs for rule in pack.rules]
    settled = {rule["settles"] for rule in rules if "settles" in rule}
    return any(one.get("release") == "delay" and one["id"] not in settled for one in rules)


def _tasks(world: World) -> Iterator[Event]:
    if not world.hears("task.done"):
        return
    for member in world.people.names:
        if world.happens(world.assumed.active_pct):
            yield {"type": "task.done", "key": f"task:{world.day}:{member}", "member": member,
                   "ad_revenue": str(world.assumed.ad_money)}  # fmt: skip


def _advertising(world: World) -> Iterator[Event]:
    if not world.hears("ad.revenue_settled") or not world.people.names:
        return
    views = {name: world.chance.randint(1, 9) for name in world.people.names[-_MANY:]}
    revenue = world.assumed.ad_money * sum(views.values())
    yield {"type": "ad.revenue_settled", "key": f"ads:{world.day}", "revenue": str(revenue),
           "views": views, "partner": world.people.early()}  # fmt: skip


def _selling(world: World) -> Iterator[Event]:
    """Some members give points back, some exchange or resell what they have."""
    asks = world.hears("points.sold_back", "points.redeemed", "asset.converted")
    rate = world.assumed.withdraw_pct / 10
    names = [name for name in world.people.names if asks and world.happens(rate)]
    for name in names:
        if world.hears("points.sold_back") and (held := world.holding(name, "GPT")):
            yield {"type": "points.sold_back", "key": f"sell:{world.day}:{name}",
                   "member": name, "qty": str(held)}  # fmt: skip
        if world.hears("points.redeemed") and (held := world.holding(name, "PTS")):
            goods = str(world.assumed.price)
            yield {"type": "points.redeemed", "key": f"redeem:{world.day}:{name}",
                   "member": name, "points": str(held), "order": f"R{world.day}{name}",
                   "goods": goods, "cost": str(world.assumed.cost)}  # fmt: skip
        if world.hears("asset.converted") and (held := world.holding(name, "GREEN")):
            yield {"type": "asset.converted", "key": f"change:{world.day}:{name}",
                   "member": name, "asset": "GREEN", "to": "CNY", "ratio": "1:1",
                   "qty": str(held)}  # fmt: skip
    if world.hears("consign.sold") and len(world.sellers) > 1 and world.happens(Decimal(50)):
        yield _consigned(world)


def _consigned(world: World) -> Event:
    seller = world.sellers.pop(0)
    buyer = world.chance.choice(world.sellers)
    price = (world.assumed.price * 9 / 10).quantize(Decimal("0.01"))
    account = world.people.accounts[buyer]
    account.paid += int(price * 100)
    account.worth += int(world.assumed.cost * 100)
    world.people.accounts[seller].worth -= int(world.assumed.cost * 100)
    order = world.number()
    return {"type": "consign.sold", "key": f"consign:{order}", "order": order,
            "seller": seller, "buyer": buyer, "price": str(price)}  # fmt: skip


def _rain(world: World) -> Iterator[Event]:
    if not world.hears("rain.funded") or not world.people.names or world.day % _WEEK:
        return
    yield {"type": "rain.funded", "key": f"rain:{world.day}", "total": world.figures["total"]}
    for at in range(int(str(world.figures["packets"]))):
        yield {"type": "rain.grabbed", "key": f"grab:{world.day}:{at}",
               "member": world.people.anybody()}  # fmt: skip


def _periods(world: World) -> Iterator[Event]:
    names, margin = world.people.names, max(world.day_margin, Decimal(0))
    world.last_margin, world.day_margin = margin, Decimal(0)
    if not names:
        return
    draws = {name: world.chance.randint(1, 99) for name in names[-_MANY:]}
    yield {"type": "period.closed", "kind": "day", "key": f"day:{world.day}",
           "profit": str(margin), "prev_day_profit": str(margin), "total": "100",
           "purpose": "airdrop", "draws": draws, "claimed": list(draws)[::2]}  # fmt: skip
    if world.day % _WEEK == _WEEK - 1:
        yield from _week(world)
    if world.day % _MONTH == _MONTH - 1:
        sales, world.month_sales = world.month_sales, {}
        yield {"type": "period.closed", "kind": "month", "key": f"month:{world.day}",
               "own_sales": {name: str(figure) for name, figure in sales.items()},
               "net_sales": str(sum(sales.values(), Decimal(0))),
               "eligible": names[:_MANY]}  # fmt: skip
        if world.hears("bonus.distributed") and margin:
            yield {"type": "bonus.distributed", "key": f"bonus:{world.day}",
                   "budget": str((margin / 10).quantize(Decimal("0.01"))),
                   "weights": dict.fromkeys(names[:_MANY], 1)}  # fmt: skip


def _week(world: World) -> Iterator[Event]:
    orders, world.week_orders = world.week_orders, {}
    sales = sum((Decimal(one) for one in orders.values()), Decimal(0))
    yield {"type": "period.closed", "kind": "week", "key": f"week:{world.day}",
           "settled_sales": str(sales)}  # fmt: skip
    if orders and world.hears("draw.revealed") and not world.hears("group.succeeded"):
        ranking = sorted(orders, key=lambda _one: world.chance.random())
        yield {"type": "draw.revealed", "key": f"draw:{world.day}", "orders": orders,
               "ranking": ranking}  # fmt: skip
