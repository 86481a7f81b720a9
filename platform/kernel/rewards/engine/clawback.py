"""What happens to rewards afterwards: released when due, taken back after a refund."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from kernel.rewards.engine import accruals
from kernel.rewards.engine.book import Line, costs_the_shop, covered, owner_and_state
from kernel.rewards.engine.numbers import ZERO, amount, largest_remainder, number, units
from kernel.rewards.engine.paying import capped
from kernel.rewards.engine.queues import entries_for, leave, receive
from kernel.rewards.engine.run import Run
from kernel.rewards.engine.store import Record

_RELEASE: Final = "release"


def follow(run: Run) -> None:
    """Release or take back what the event calls for."""
    for kind, step in _STEPS.items():
        if run.event["type"] == kind:
            step(run)


def _window(run: Run) -> None:
    order, store = run.event.get("order"), run.engine.store
    found = accruals.of_all_orders(store) if order is None else accruals.of_order(store, str(order))
    _release(run, (one for one in found if one[1]["hold"] == "return_window"))


def _due(run: Run) -> None:
    member, today = run.event.get("member"), str(run.event.get("day") or "")
    _release(
        run,
        (
            one
            for one in accruals.delayed(run.engine.store)
            if member in {None, one[1]["to"]} and (not today or one[1].get("day", "") < today)
        ),
    )


def _release(run: Run, found: Iterable[tuple[str, Record]]) -> None:
    """Move what is frozen to available, one line for each member and asset."""
    sums: dict[tuple[str, str], int] = {}
    for key, accrual in list(found):
        if accrual["frozen"]:
            accrual["frozen"] = False
            accrual["origin"] = f"{run.event.get('key')}:{_RELEASE}"
            accruals.change(run.engine.store, key, accrual)
            where = (accrual["to"], accrual["asset"])
            sums[where] = sums.get(where, 0) + accrual["minor"]
    for (member, asset), summed in sums.items():
        frozen = f"m:{member}:frozen"
        minor = covered(run.engine.book, frozen, asset, summed)
        if minor > 0:
            run.engine.book_line(
                Line(frozen, f"m:{member}:avail", asset, minor, _RELEASE, "release")
            )


def _refunded(run: Run) -> None:
    """Reckon every reward of the order anew and take back the difference."""
    order = run.order
    if not order:
        return
    order["rewarded"] = {}
    found = list(accruals.of_order(run.engine.store, str(order["id"])))
    for key, accrual in found:
        now = 0 if run.lets["whole"] else _anew(run, accrual, [one for _, one in found])
        _take_back(run, key, accrual, accrual["minor"] - now)
    order["rewarded"] = _left_to_members([one for _, one in found])
    if run.lets["whole"]:
        _leave_queues(run)
    _unqualify(run)


def _left_to_members(found: list[Record]) -> dict[str, int]:
    """Return what an order still costs the shop, by asset: what could not be taken back too."""
    left: dict[str, int] = {}
    for accrual in found:
        line = [accrual["debit"], accrual["credit"], accrual["asset"], accrual["minor"]]
        for debit, credit, asset, minor in (line, *accrual["sides"]):
            if costs_the_shop(debit, credit):
                left[asset] = left.get(asset, 0) + minor
    return left


def _anew(run: Run, accrual: Record, others: list[Record]) -> int:
    """Return what an accrual comes to now, with the rates and bindings of its time."""
    rule = run.engine.rule(accrual["key"])
    if rule is None or rule.get("share") == "fill":
        left, full = number(run.order["paid"]), number(run.order["full"])
        return min(accrual["minor"], int(accrual["booked"] * left / full)) if full else 0
    outer, lets = run.binding, run.lets
    run.pack = rule["pack"]
    run.binding, run.lets = dict(accrual["binding"]), {**lets, **accrual["lets"]}
    _reckon_lets(run)
    scale = run.engine.scale(accrual["asset"])
    try:
        minor = units(run.figure(rule["amount"]), scale)
        if rule.get("share") == "split":
            minor = _part(accrual, others, minor)
        now = min(accrual["minor"], _capped(run, accrual, minor))
    finally:
        run.binding, run.lets = outer, lets
    run.results[rule["key"]] = run.results.get(rule["key"], ZERO) + amount(now, scale)
    return now


def _capped(run: Run, accrual: Record, minor: int) -> int:
    return capped(run, accrual["debit"], accrual["credit"], accrual["asset"], minor)


def _part(accrual: Record, others: list[Record], minor: int) -> int:
    """Return the part of one beneficiary in a sum that was split."""
    sharing = [one for one in others if one["key"] == accrual["key"]]
    parts = largest_remainder(minor, [number(one["binding"]["share_weight"]) for one in sharing])
    return parts[next(at for at, one in enumerate(sharing) if one is accrual)]


def _reckon_lets(run: Run) -> None:
    """Reckon anew what comes from the order; prices and the like stay as they were."""
    for let in run.engine.lets_of_orders():
        if "order." in let["value"]:
            run.lets[let["name"]] = run.value(let["value"])


def _take_back(run: Run, key: str, accrual: Record, minor: int) -> None:
    """Take units back: from what is frozen, then available, then as owed."""
    before = accrual["minor"]
    owner = owner_and_state(accrual["credit"])
    minor = _unused(run, accrual, owner, minor)
    if minor <= 0:
        return
    accrual["minor"] -= minor
    accruals.change(run.engine.store, key, accrual)
    line = Line(accrual["debit"], accrual["credit"], accrual["asset"], minor, accrual["rule"])
    expired = 0
    if owner is None:
        run.engine.book_line(line.reversed(minor, f"clawback {accrual['rule']}"))
    else:
        expired = _expired(run, accrual, owner, minor)
        _from_member(run, accrual, owner, line._replace(minor=minor - expired))
    _give_back_places(run, accrual, minor)
    _reverse_sides(run, accrual, minor - expired, before)


def _unused(run: Run, accrual: Record, owner: tuple[str, str] | None, minor: int) -> int:
    """Return how much of a promise or a pool is still there to be taken back.

    What a member has in hand is owed where it is gone; what was only promised to him,
    or lies in a pool for others, can be taken back as far as it is left.
    """
    held = run.engine.book.balance(accrual["credit"], accrual["asset"])
    if owner is None:
        limited = accrual["credit"].startswith(("pool:", "reserve:"))
        return min(minor, max(held, 0)) if limited else minor
    if owner[1] in {"avail", "frozen"}:
        return minor
    if owner[1] == "claim":
        minor = _shorten_claim(run, accrual, minor)
    return min(minor, max(held, 0))


def _shorten_claim(run: Run, accrual: Record, minor: int) -> int:
    """Lower the target of the queue entry of an order by what it has not received."""
    store, scale = run.engine.store, run.engine.scale(accrual["asset"])
    for queue, _state in store.items("queue"):
        for entry, record in entries_for(store, queue, str(accrual["order"])):
            waiting = number(record["target"]) - number(record["received"])
            minor = min(minor, units(max(waiting, ZERO), scale))
            record["target"] = str(number(record["target"]) - amount(minor, scale))
            store.put(f"queue:{queue}", entry, record)
    return minor


def _expired(run: Run, accrual: Record, owner: tuple[str, str], minor: int) -> int:
    """Return how much of what is to be taken back the member has lost already.

    What expired is gone from him and from what was set aside for it: neither is taken a
    second time. Rewards that came in together share what expired of them, each unit once.
    """
    origin, account = accrual.get("origin", ""), f"m:{owner[0]}:avail"
    if not origin or owner[1] not in {"avail", "frozen"} or accrual["frozen"]:
        return 0
    lapsed = run.engine.book.lapsed(account, accrual["asset"], origin)
    if not lapsed:
        return 0
    store, key = run.engine.store, f"{origin}|{owner[0]}|{accrual['asset']}"
    known = store.get("lapsed", key) or {"minor": 0}
    part = min(minor, max(lapsed - int(known["minor"]), 0))
    store.put("lapsed", key, {"minor": int(known["minor"]) + part})
    return part


def _from_member(run: Run, accrual: Record, owner: tuple[str, str], line: Line) -> None:
    engine, why = run.engine, f"clawback {accrual['rule']}"
    member, booked = owner
    state = "avail" if booked == "frozen" and not accrual["frozen"] else booked
    account = f"m:{member}:{state}"
    part = min(line.minor, max(engine.book.balance(account, line.asset), 0))
    if part > 0:
        origin = str(accrual.get("origin", "")) if state == "avail" else ""
        engine.book_line(Line(account, line.debit, line.asset, part, line.rule, why, origin))
    if line.minor > part:
        owed = f"exp:receivable:{member}"
        rest = line.minor - part
        engine.book_line(Line(owed, line.debit, line.asset, rest, line.rule, why))


def _reverse_sides(run: Run, accrual: Record, minor: int, before: int) -> None:
    """Take back the side lines of a reward in the same proportion."""
    if _has_left(run, accrual):
        return
    for side in accrual["sides"]:
        debit, credit, asset, booked = side
        part = booked * minor // before
        if credit.startswith(("m:", "pool:", "reserve:")):
            part = min(part, max(run.engine.book.balance(credit, asset), 0))
        side[3] = booked - part
        if part > 0:
            run.engine.book_line(Line(credit, debit, asset, part, accrual["rule"], "taken back"))


def _has_left(run: Run, accrual: Record) -> bool:
    """Whether the place in a queue that was paid is gone."""
    entry, queue = accrual["binding"].get("entry"), accrual["binding"].get("queue")
    if not entry or not queue:
        return False
    return bool((run.engine.store.get(f"queue:{queue}", entry) or {}).get("left"))


def _give_back_places(run: Run, accrual: Record, minor: int) -> None:
    entry, queue = accrual["binding"].get("entry"), accrual["binding"].get("queue")
    figure = amount(minor, run.engine.scale(accrual["asset"]))
    if entry and queue:
        receive(run.engine.store, queue, entry, -figure)
    key = f"{accrual['key']}|{accrual['to']}"
    record = run.engine.store.get("total", key)
    if record is not None:
        paid = str(number(record["paid"]) - figure)
        run.engine.store.put("total", key, {"paid": paid})


def _leave_queues(run: Run) -> None:
    for queue, _state in run.engine.store.items("queue"):
        leave(run.engine.store, queue, str(run.order["id"]))


def _unqualify(run: Run) -> None:
    """Take back what hung on a count that the refund has brought below its mark."""
    for key, accrual in list(accruals.delayed(run.engine.store)):
        rule = run.engine.rule(accrual["key"])
        if rule is None or "while" not in rule or not accrual["minor"]:
            continue
        run.binding, run.pack = dict(accrual["binding"]), rule["pack"]
        if not run.holds(rule["while"]):
            _take_back(run, key, accrual, accrual["minor"])
    run.binding = {}


_STEPS: Final[Mapping[str, Callable[[Run], Any]]] = {
    "order.return_window_closed": _window,
    "release.due": _due,
    "order.refunded": _refunded,
}
