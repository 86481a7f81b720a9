"""What an order amounts to under different modes: a sale, a place in a group, a phase."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from kernel.rewards.engine.numbers import number
from kernel.rewards.simulation.people import Event
from kernel.rewards.simulation.world import World

_GROUP: Final = {"XR-01": 5, "AD-10": 10, "CR-07": 10, "AD-11L": 20, "CR-07L": 5}
_SALES: Final = ("box.opened", "order.verified", "order.completed")
_CENT: Final = Decimal("0.01")
_FLASH_LAST: Final = 12
_LOSERS: Final = 3


def buying(world: World) -> Callable[[World], Iterator[Event]]:
    """Return how an order comes about under the modes of a world."""
    for stage, way in _WAYS.items():
        if world.hears(stage):
            return way
    return _sell


def _sell(world: World) -> Iterator[Event]:
    """Sell goods; the order is complete at once and may be sent back later."""
    buyer, events = world.buyer()
    yield from events
    kinds = [one for one in _SALES if world.hears(one)]
    # What each order is, if modes differ: they take turns.
    order = world.number()
    kind = kinds[world.orders % len(kinds)] if len(kinds) > 1 else (kinds or ["order.completed"])[0]
    if kind == "order.completed" and "box.opened" in kinds:
        kind = "box.opened"
    event = world.sale("order.paid" if kind == "box.opened" else kind, order, buyer)
    world.pays(buyer, world.assumed.price, world.assumed.cost)
    yield event
    if kind == "box.opened":
        yield {"type": kind, "key": f"{kind}:{order}", "order": order, "item": _item(world)}
    world.waiting.append((world.day + world.assumed.window_days, order, buyer))
    world.week_orders[buyer] = str(world.assumed.price)
    if world.hears("consign.sold"):
        world.sellers.append(buyer)
    if world.hears("merchant.rewarded") and world.happens(Decimal(20)):
        profit = (world.assumed.price / 10).quantize(_CENT)
        yield {"type": "merchant.rewarded", "key": f"merchant:{order}", "consumer": buyer,
               "merchant": world.people.names[0], "let_profit": str(profit),
               "SV": str(profit * 10), "points_burnt": str(profit / 2)}  # fmt: skip


def _item(world: World) -> str:
    return world.chance.choice(list(world.figures.get("items") or {"P1": {}}))


def _join_group(world: World) -> Iterator[Event]:
    """Take a place in a group; the last place of a group draws it."""
    buyer, events = world.buyer()
    yield from events
    if buyer in world.group:
        return
    price = Decimal(str(world.figures.get("price", world.figures.get("list_price", 0))))
    name = f"G{world.groups + 1}"
    if world.hears("wallet.recharged"):
        yield {"type": "wallet.recharged", "key": f"charge:{name}:{buyer}", "member": buyer,
               "amount": str(price)}  # fmt: skip
    yield {"type": "group.joined", "key": f"join:{name}:{buyer}", "group": name, "member": buyer}
    world.group.append(buyer)
    world.orders += 1
    if len(world.group) >= _size(world):
        yield from _close(world, name, price)


def _size(world: World) -> int:
    return max((_GROUP.get(pack.code, 0) for pack in world.packs), default=0) or 5


def _may_win(world: World, member: str) -> bool:
    """Tell whether the rules let a member win: some bar those who have won much already."""
    most = number(world.figures.get("win_block_red"))
    return not most or world.holding(member, "RED") < most


def _close(world: World, name: str, price: Decimal) -> Iterator[Event]:
    members, world.group = world.group, []
    world.groups += 1
    cost = Decimal(str(world.figures.get("supply_price", world.assumed.cost)))
    able = [one for one in members if _may_win(world, one)]
    if not able:
        yield {"type": "group.failed", "key": f"failed:{name}", "group": name}
        return
    winner = world.chance.choice(able)
    common = {"group": name, "cost": str(cost)}
    if world.hears("group.drawn"):
        world.pays(winner, price, cost)
        parts = {one: world.people.early() for one in ("leader", "owner", "region", "branch")}
        yield {"type": "group.drawn", "key": f"drawn:{name}", "winner": winner, **common, **parts}
        return
    for member in members:
        world.pays(member, price, cost)
    yield {"type": "group.succeeded", "key": f"won:{name}", **common}
    whole = {**common, "cost": str(cost * len(members))}
    yield {"type": "order.completed", "key": f"sold:{name}", **whole}


def _lottery_group(world: World) -> Iterator[Event]:
    """Pay for the goods as part of a group; everybody gets them, one a prize."""
    buyer, events = world.buyer()
    yield from events
    order = world.number()
    yield world.sale("order.paid", order, buyer)
    world.pays(buyer, world.assumed.price, world.assumed.cost)
    world.group.append(buyer)
    if len(world.group) < int(str(world.figures.get("participants", 5))):
        return
    members, world.group = world.group, []
    world.groups += 1
    name = f"G{world.groups}"
    yield {"type": "group.succeeded", "key": f"won:{name}", "group": name,
           "costs": [str(world.assumed.cost)] * len(members)}  # fmt: skip
    yield {"type": "draw.revealed", "key": f"draw:{name}", "group": name,
           "winner": world.chance.choice(members)}  # fmt: skip


def _phase(world: World) -> Iterator[Event]:
    """Fill a phase of a crowdfunding; the one three phases before leaves with its bonus."""
    member, events = world.buyer()
    yield from events
    world.phase += 1
    stake = phase_target(world, world.phase - world.round_first)
    world.pays(member, stake, Decimal(0))
    world.phases.append(member)
    yield {"type": "phase.succeeded", "key": f"phase:{world.phase}", "phase": world.phase,
           "target": str(stake), "contributor": member}  # fmt: skip
    left = world.phase - int(str(world.figures["exit_after_phases"]))
    if left >= world.round_first:
        yield {"type": "phase.exited", "key": f"exit:{left}", "phase": left,
               "member": world.phases[left - 1]}  # fmt: skip
    if world.phase - world.round_first >= _FLASH_LAST:
        yield from fail_phase(world)


def fail_phase(world: World) -> Iterator[Event]:
    """Let the phase that is open fail, and begin again with the first target."""
    if world.phase < world.round_first:
        return
    target = phase_target(world, world.phase - world.round_first + 1)
    yield {"type": "phase.failed", "key": f"fail:{world.phase}", "phase": world.phase + 1,
           "target": str(target), "raised": str((target / 5).quantize(_CENT))}  # fmt: skip
    world.round_first = world.phase + 1


def phase_target(world: World, at: int) -> Decimal:
    """Return the target of a phase of the present round."""
    growth = 1 + Decimal(str(world.figures["growth_pct"])) / 100
    return (Decimal(str(world.figures["first_target"])) * growth**at).quantize(_CENT)


def _flash(world: World) -> Iterator[Event]:
    """Win goods that the last winner consigned, dearer each time."""
    buyer, events = world.buyer()
    yield from events
    start = Decimal(str(world.figures["start_price"]))
    up = 1 + Decimal(str(world.figures["markup_pct_per_resale"])) / 100
    world.price = start if world.price is None else (world.price * up).quantize(_CENT)
    world.pays(buyer, world.price, Decimal(0))
    losers = [one for one in dict.fromkeys(world.people.anybody() for _ in range(_LOSERS))
              if one != buyer]  # fmt: skip
    yield {"type": "flash.won", "key": f"flash:{world.number()}", "buyer": buyer,
           "price": str(world.price), "cost": str(world.assumed.cost),
           "losers": losers}  # fmt: skip


def _restock(world: World) -> Iterator[Event]:
    """An agent restocks; the founder has goods without end."""
    buyer, events = world.buyer()
    for event in events:
        yield event
        if event["member"] == world.people.names[0]:
            yield {"type": "balance.opened", "key": "stock", "member": event["member"],
                   "asset": world.figures["sku"], "amount": str(10**7), "state": "stock",
                   "contra": "goods:title"}  # fmt: skip
    founder = world.people.names[0]
    if buyer == founder:
        return
    prices = {tier: Decimal(str(price)) for tier, price in world.figures["prices"].items()}
    lowest, unit = min(prices.values()), sorted(prices.values())[-2]
    quantity = world.chance.randint(1, 10)
    order = world.number()
    world.pays(buyer, unit * quantity, unit * quantity)
    # What the founder delivers he has bought of the shop before, at the lowest price.
    cost = lowest * quantity * world.assumed.cost / world.assumed.price
    yield {"type": "order.completed", "key": f"stock:{order}", "order": order, "buyer": founder,
           "paid": str(lowest * quantity), "cost": str(cost.quantize(_CENT))}  # fmt: skip
    yield {"type": "restock.paid", "key": f"restock:{order}", "buyer": buyer,
           "qty": quantity, "unit": str(unit), "total": str(unit * quantity),
           "seller": founder}  # fmt: skip


_WAYS: Final[dict[str, Callable[[World], Iterator[Event]]]] = {
    "group.joined": _join_group,
    "group.succeeded": _lottery_group,
    "phase.succeeded": _phase,
    "flash.won": _flash,
    "restock.paid": _restock,
}
