"""Who is paid: each way to choose beneficiaries, in the order in which they are paid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any, Final

from kernel.rewards.engine.expressions import item
from kernel.rewards.engine.numbers import ZERO, number
from kernel.rewards.engine.queues import open_entries, recent_entries, waiting, waiting_of
from kernel.rewards.engine.run import Binding, Run
from kernel.rewards.engine.store import Record
from kernel.rewards.engine.trees import SEATS, ancestors, levels_below
from kernel.rewards.errors import RuleUnreadable

Selector = Callable[[Run, Mapping[str, Any]], Iterable[Binding]]


def select(run: Run, spec: object) -> list[Binding]:
    """Return the beneficiaries of a rule with what is known about each."""
    return list(selected(run, spec))


def selected(run: Run, spec: object) -> Iterator[Binding]:
    """Yield the beneficiaries of a rule, as far as somebody asks for the next."""
    if spec is None:
        yield {}
    elif isinstance(spec, str):
        found = run.value(spec)
        if found:
            yield {"to": found}
    elif isinstance(spec, Mapping):
        outer = run.binding
        for one in _selector(spec)(run, spec):
            if _fits(run, spec.get("where"), one):
                yield one
                run.binding = outer
    else:
        raise RuleUnreadable(text=str(spec))


def _selector(spec: Mapping[str, Any]) -> Selector:
    for word, selector in SELECTORS.items():
        if word in spec:
            return selector
    raise RuleUnreadable(text=str(dict(spec)))


def _fits(run: Run, where: object, binding: Binding) -> bool:
    if where is None:
        return True
    outer, run.binding = run.binding, {**run.binding, **binding}
    try:
        return run.holds(where)
    finally:
        run.binding = outer


def _start(run: Run, spec: Mapping[str, Any]) -> str | None:
    found = run.value(spec.get("of", "order.buyer"))
    return None if found is None else str(found)


def _above(run: Run, spec: Mapping[str, Any]) -> Iterable[str]:
    start = _start(run, spec)
    return ancestors(run.engine.store, str(spec.get("tree", "sponsor")), start) if start else ()


def _uplines(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Everybody above, as far as a number of levels, with the level of each."""
    most = int(run.figure(spec["uplines"]))
    compress, level = spec.get("skip"), 0
    for member in _above(run, spec):
        if compress is not None and _fits(run, compress, {"to": member}):
            continue
        level += 1
        if level > most:
            return
        yield {"to": member, "level": Fraction(level), "level_name": str(level)}


def _uplines_of(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Per loser or winner of a round, everybody above him as far as some levels."""
    for one in _round(run, {"round": spec["uplines_of"]}):
        above = ancestors(run.engine.store, "sponsor", str(one["to"]))
        for level, member in zip(range(1, int(spec["levels"]) + 1), above, strict=False):
            yield {
                "to": member,
                "level": Fraction(level),
                "level_name": str(level),
                "from_member": one["to"],
            }


def _diff_walk(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Everybody above whose rank has a higher rate than was paid on the way."""
    rates, field, paid = run.value(spec["diff_walk"]), str(spec.get("attr", "rank")), ZERO
    for member in _above(run, spec):
        rank = run.attribute(member, field)
        rate = number(item(rates, rank)) if rank is not None else ZERO
        if rate > paid:
            yield {"to": member, "rate": rate - paid, "rank": rank, "reached": rate}
            paid = rate


def _peers(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Per earner of a rule, the next above of the same rank before a higher one."""
    field, rates = str(spec.get("attr", "rank")), run.value(spec["rates"])
    generations = int(run.figure(spec.get("generations", 1)))
    for earner, reward, _ in list(run.rewards.get(run.key_of(str(spec["peer"])), [])):
        own, found = _standing(rates, run.attribute(earner, field)), 0
        for member in ancestors(run.engine.store, "sponsor", earner):
            standing = _standing(rates, run.attribute(member, field))
            if standing > own or found == generations:
                break
            if standing == own:
                found += 1
                yield {"to": member, "reward": reward, "earner": earner, "generation": found}


def _standing(rates: Any, rank: Any) -> tuple[Fraction, int]:
    """Return how high a rank stands: by its rate, among equals by its place in the table."""
    places = list(rates or ())
    return number(item(rates, rank)), places.index(str(rank)) if str(rank) in places else -1


def _sponsors_of(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Per earner of a rule, who referred him."""
    for earner, reward, _ in list(run.rewards.get(run.key_of(str(spec["sponsor_of"])), [])):
        for member in ancestors(run.engine.store, "sponsor", earner):
            yield {"to": member, "reward": reward, "earner": earner}
            break


def _nearest(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """The first above who fits."""
    for member in _above(run, spec):
        if _fits(run, spec["nearest"], {"to": member}):
            yield {"to": member}
            return


def _members(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Every member, or those of a list or a table; weights of a table come along."""
    source = run.value(spec["members"])
    if source is True:
        source = [key for key, _ in run.engine.store.items("member")]
    weighed = isinstance(source, Mapping)
    keys = sorted(source) if spec.get("sorted") and source else list(source or ())
    for key in keys:
        yield {"to": str(key), "weight": number(source[key]) if weighed else Fraction(1)}


def _region(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """The agents of the area to which the order goes, with their weights."""
    level = str(spec["region"])
    parts = str(run.order.get("address") or "").split("/")
    at = {"province": 0, "city": 1, "district": 2}[level]
    agents = run.value(spec.get("agents", "agents")) or {}
    if at < len(parts):
        for member, weight in agents.get(f"{level}:{parts[at]}", ()):
            yield {"to": str(member), "weight": number(weight)}


def _queue(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Those who wait: the head, the first few, all but the head, the latest few."""
    which, key = str(spec["queue"]), f"{run.pack}:{run.text(str(spec.get('key', 'all')))}"
    store = run.engine.store
    entries: Iterable[tuple[str, Record]]
    if which == "latest":
        entries = recent_entries(store, key, int(run.figure(spec["n"])))
    elif which == "of":
        member = run.value(spec["member"])
        entries = islice(waiting_of(store, key, str(member)), 1) if member else ()
    elif which == "behind":
        heads = {one[2].get("entry") for one in run.rewards.get(run.key_of(str(spec["head"])), ())}
        entries = [one for one in open_entries(store, key) if one[0] not in heads]
    else:
        most = {"head": 1, "first": int(run.figure(spec.get("n", 0)))}.get(which)
        entries = islice(waiting(store, key), most)
    for at, (entry, record) in enumerate(entries):
        target, received = number(record["target"]), number(record["received"])
        yield {
            "to": record["member"],
            "entry": entry,
            "queue": key,
            "open": target - received,
            "at": Fraction(at),
        }


def _filled(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """The heads above whose matrix the latest seat has filled."""
    depth, capacity = int(run.figure(spec["depth"])), int(run.figure(spec["capacity"]))
    store, member = run.engine.store, _start(run, spec)
    if member is None:
        return
    for level, head in enumerate(ancestors(store, SEATS, member), start=1):
        if level > depth:
            return
        record = store.get("member", head) or {}
        filled = sum(len(row) for row in levels_below(store, SEATS, head, depth))
        if filled >= capacity and not record.get("completed"):
            yield {"to": head}


def _round(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Everybody in a round, its winners or its losers."""
    which = str(spec["round"])
    winners = _list(run.event.get("winners") or run.event.get("winner"))
    for at, member in enumerate(run.round.get("joined", [])):
        if which == "all" or (member in winners) is (which == "winners"):
            yield {"to": member, "at": Fraction(at)}


def _list(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _orders(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Orders that are paid and not completed."""
    costs = run.event.get("costs") or []
    at = 0
    for key, record in run.engine.store.items("order"):
        if record.get("status") == "paid":
            cost = costs[at] if at < len(costs) else record.get("cost")
            yield {"to": record.get("buyer"), "order": record, "key": key, "cost": cost}
            at += 1


def _phases(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Phases that succeeded and have not left, as many of the latest as are asked for."""
    open_ones = [
        {"to": record["member"], "stake": number(record["stake"]), "phase": key}
        for key, record in run.engine.store.items("phase")
        if not record.get("left")
    ]
    return open_ones[-int(run.figure(spec["phases"])) :]


def _roll_up(run: Run, spec: Mapping[str, Any]) -> Iterable[Binding]:
    """Who delivers a restock, and who earns a difference on the way up."""
    prices, missing = run.value(spec["prices"]), run.figure(spec["roll_up"])
    sku, below = run.text(str(spec["sku"])), _start(run, spec)
    passed: list[tuple[str, Fraction]] = []
    if below is None:
        return
    price = number(item(prices, run.attribute(below, "tier")))
    for member in _above(run, spec):
        stock = Fraction(run.engine.book.balance(f"m:{member}:stock", sku))
        give = min(stock, missing)
        if give > 0:
            yield {"to": member, "units": give, "price": price, "part": "deliver"}
            for skipped, difference in passed:
                yield {"to": skipped, "units": give, "price": difference, "part": "difference"}
            missing -= give
        if missing <= 0:
            return
        own = number(item(prices, run.attribute(member, "tier")))
        passed.append((member, max(price - own, ZERO)))
        price = own


SELECTORS: Final[Mapping[str, Selector]] = {
    "uplines": _uplines,
    "uplines_of": _uplines_of,
    "diff_walk": _diff_walk,
    "peer": _peers,
    "sponsor_of": _sponsors_of,
    "nearest": _nearest,
    "members": _members,
    "region": _region,
    "queue": _queue,
    "filled": _filled,
    "round": _round,
    "open_orders": _orders,
    "phases": _phases,
    "roll_up": _roll_up,
}
