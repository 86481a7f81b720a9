"""What every event changes before a rule sees it: members, orders, rounds, counters.

Returns the stages that the rules go through, none where the event is nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kernel.rewards.engine.book import Line
from kernel.rewards.engine.numbers import ZERO, number, units
from kernel.rewards.engine.run import Run
from kernel.rewards.engine.store import Record
from kernel.rewards.engine.trees import attach, parent
from kernel.rewards.errors import EventRefused

_COMPLETES: Final = ("order.completed", "order.verified", "box.opened")


def take_in(run: Run) -> list[str]:
    """Note an event and return the stages that rules are to be run for."""
    kind = str(run.event["type"])
    taker = _TAKERS.get(kind)
    if taker is not None:
        return taker(run)
    if kind.startswith("group."):
        _find_round(run)
    return [kind]


def _opened(run: Run) -> list[str]:
    store, member = run.engine.store, str(run.event["member"])
    known = store.get("member", member)
    if known is not None:
        return [str(run.event["type"])] if run.event["type"] == "member.registered" else []
    fields = {key: value for key, value in run.event.items() if key not in {"type", "key", "seq"}}
    store.put("member", member, {**fields, "id": member})
    attach(store, "sponsor", member, run.event.get("sponsor"))
    return [str(run.event["type"])]


def _bound(run: Run) -> list[str]:
    store, member = run.engine.store, str(run.event["member"])
    attach(store, "sponsor", member, run.event.get("sponsor"))
    return ["member.bound"]


def _balance(run: Run) -> list[str]:
    event, asset = run.event, str(run.event["asset"])
    minor = units(number(event["amount"]), run.engine.scale(asset))
    account = f"m:{event['member']}:{event.get('state', 'avail')}"
    if minor > 0:
        run.engine.book_line(Line(str(event["contra"]), account, asset, minor, "OPENING"))
    return []


def _paid(run: Run) -> list[str]:
    return ["order.paid"] if _open_order(run) else []


def _open_order(run: Run) -> bool:
    store, event = run.engine.store, run.event
    key = str(event.get("order"))
    known = store.get("order", key)
    if known is not None:
        run.order = known
        return False
    fields = {name: value for name, value in event.items() if name not in {"type", "key", "seq"}}
    paid = number(event.get("paid", event.get("bill")))
    goods = number(event["goods"]) - number(event.get("coupon")) if "goods" in event else paid
    fields.update(
        id=key,
        buyer=event.get("buyer", event.get("consumer")),
        paid=str(paid),
        base=str(goods),
        status="paid",
        rewarded={},
        full=str(paid),
    )
    run.order = fields
    store.put("order", key, fields)
    return True


def _completed(run: Run) -> list[str]:
    kind, event, store = str(run.event["type"]), run.event, run.engine.store
    run.window_closed = False
    if "order" not in event:
        _find_round(run)
        return [kind]
    order = store.get("order", str(event["order"]))
    if order is None:
        if "paid" not in event:
            raise EventRefused(order=str(event["order"]))
        _open_order(run)
        return ["order.paid", *_complete(run, run.order)]
    run.order = order
    return _complete(run, order)


def _complete(run: Run, order: Record) -> list[str]:
    if order["status"] != "paid":
        return []
    for field, value in run.event.items():
        if field not in {"type", "key", "seq", "order", "paid"}:
            order[field] = value
    order["status"] = "completed"
    _count(run, order)
    run.engine.store.put("order", str(order["id"]), order)
    kind = str(run.event["type"])
    return [kind if kind in _COMPLETES else "order.completed"]


def _settled(run: Run) -> list[str]:
    if not _open_order(run):
        return []
    run.window_closed = not number(run.engine.parameters.get("freeze_days"))
    return ["order.paid", *_complete(run, run.order)]


def _count(run: Run, order: Record) -> None:
    """Count the order for its buyer and for whoever referred him."""
    store, buyer = run.engine.store, order.get("buyer")
    record = store.get("member", str(buyer)) if buyer else None
    if record is None:
        return
    order["first"] = not record.get("orders")
    record["orders"] = [*record.get("orders", []), order["id"]]
    record["spend"] = str(number(record.get("spend")) + number(order["base"]))
    store.put("member", str(buyer), record)
    above = parent(store, "sponsor", str(buyer))
    sponsor = store.get("member", above) if above else None
    if above and sponsor is not None:
        sponsor["referred"] = int(sponsor.get("referred", 0)) + 1
        order["nth"] = sponsor["referred"]
        counted = record.setdefault("counted_for", [])
        if above not in counted:
            counted.append(above)
            store.put("member", str(buyer), record)
            sponsor.setdefault("referrals", []).append([buyer, order["id"]])
            if run.engine.counts:
                run.engine.emit({"type": "referral.count_reached", "member": above})
        store.put("member", above, sponsor)


def uncount(run: Run, order: Record) -> None:
    """Take a wholly refunded order out of the counts; later ones keep their number."""
    store, buyer = run.engine.store, order.get("buyer")
    record = store.get("member", str(buyer)) if buyer else None
    if record is None or order["id"] not in record.get("orders", []):
        return
    record["orders"] = [one for one in record["orders"] if one != order["id"]]
    record["spend"] = str(max(number(record.get("spend")) - number(order["full"]), ZERO))
    store.put("member", str(buyer), record)
    above = parent(store, "sponsor", str(buyer))
    sponsor = store.get("member", above) if above else None
    if above and sponsor is not None:
        sponsor["referred"] = max(int(sponsor.get("referred", 0)) - 1, 0)
        referrals = sponsor.get("referrals", [])
        sponsor["referrals"] = [one for one in referrals if one[1] != order["id"]]
        if len(sponsor["referrals"]) < len(referrals):
            record["counted_for"] = [one for one in record["counted_for"] if one != above]
            store.put("member", str(buyer), record)
        store.put("member", above, sponsor)


def _refunded(run: Run) -> list[str]:
    order = run.engine.store.get("order", str(run.event.get("order")))
    if order is None:
        raise EventRefused(order=str(run.event.get("order")))
    run.order = order
    left = number(order["paid"])
    asked = number(run.event.get("amount")) if "amount" in run.event else left
    refund = left if run.event.get("scope") == "full" else min(asked, left)
    if refund <= 0:
        return []
    whole = refund == left
    run.lets.update(refund=refund, whole=whole, early=order["status"] == "paid")
    order["paid"] = str(left - refund)
    order["base"] = str(ZERO if whole else max(number(order["base"]) - refund, ZERO))
    if whole:
        order["status"] = "refunded"
        uncount(run, order)
    run.engine.store.put("order", str(order["id"]), order)
    return ["order.refunded"]


def _find_round(run: Run) -> None:
    parameters, store = run.engine.parameters, run.engine.store
    key = str(run.event.get("group") or parameters.get("round_id") or "1")
    run.round = store.get("round", key) or {"id": key, "joined": [], "status": "open"}
    store.put("round", key, run.round)


def _joined(run: Run) -> list[str]:
    _find_round(run)
    member = str(run.event["member"])
    if member in run.round["joined"] or run.round["status"] != "open":
        return []
    run.round["joined"] = [*run.round["joined"], member]
    run.engine.store.put("round", str(run.round["id"]), run.round)
    return ["group.joined"]


def _ended(run: Run) -> list[str]:
    _find_round(run)
    if run.round["status"] != "open":
        return []
    run.round["status"] = str(run.event["type"])
    run.engine.store.put("round", str(run.round["id"]), run.round)
    return [str(run.event["type"])]


def _promoted(run: Run) -> list[str]:
    store, member = run.engine.store, str(run.event["member"])
    record = store.get("member", member) or {}
    field, rank = str(run.event.get("attr", "role")), str(run.event.get("to"))
    if record.get(field) == rank:
        return []
    record[field] = rank
    store.put("member", member, record)
    return ["rank.promoted"]


_TAKERS: Final[Mapping[str, Callable[[Run], list[str]]]] = {
    "member.bound": _bound,
    "balance.opened": _balance,
    "member.opened": _opened,
    "member.registered": _opened,
    "order.paid": _paid,
    "order.completed": _completed,
    "order.verified": _completed,
    "box.opened": _completed,
    "order.settled": _settled,
    "order.refunded": _refunded,
    "group.joined": _joined,
    "group.drawn": _ended,
    "group.succeeded": _ended,
    "group.failed": _ended,
    "rank.promoted": _promoted,
}
