"""What a rule changes beside money: counters, seats, queues, ranks, teams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from kernel.rewards.engine.numbers import number
from kernel.rewards.engine.queues import join, receive
from kernel.rewards.engine.run import Run
from kernel.rewards.engine.trees import SEATS, ancestors, attach, parent, place
from kernel.rewards.errors import EventRefused, RuleUnreadable

Effect = Callable[[Run, Mapping[str, Any]], None]


def perform(run: Run, effects: object) -> None:
    """Perform the effects of a rule in their order."""
    for spec in effects or ():  # type: ignore[attr-defined]
        if not run.holds(spec.get("when")):
            continue
        for word, effect in EFFECTS.items():
            if word in spec:
                effect(run, spec)
                break
        else:
            raise RuleUnreadable(text=str(spec))


def _plain(value: Any) -> Any:
    """Return what a record keeps: figures as text."""
    return str(value) if isinstance(value, Fraction) else value


def _set(run: Run, spec: Mapping[str, Any]) -> None:
    kind, key = str(spec.get("kind", "member")), str(run.value(spec["of"]))
    record = run.engine.store.get(kind, key) or {}
    value = run.value(spec["value"])
    record[str(spec["set"])] = _plain(value)
    run.engine.store.put(kind, key, record)


def _add(run: Run, spec: Mapping[str, Any]) -> None:
    kind, key, field = str(spec.get("kind", "member")), str(run.value(spec["of"])), str(spec["add"])
    record = run.engine.store.get(kind, key) or {}
    record[field] = str(number(record.get(field)) + run.figure(spec["value"]))
    run.engine.store.put(kind, key, record)


def _enqueue(run: Run, spec: Mapping[str, Any]) -> None:
    order = run.order.get("id")
    join(
        run.engine.store,
        f"{run.pack}:{run.text(str(spec['enqueue']))}",
        member=str(run.value(spec["member"])),
        order=None if order is None else str(order),
        target=run.figure(spec["target"]),
    )


def _receive(run: Run, spec: Mapping[str, Any]) -> None:
    receive(
        run.engine.store,
        run.binding["queue"],
        run.binding["entry"],
        run.figure(spec["receive"]),
    )


def _place(run: Run, spec: Mapping[str, Any]) -> None:
    member, store = str(run.value(spec["place"])), run.engine.store
    if store.get(f"tree:{SEATS}", member) is None:
        start = parent(store, "sponsor", member)
        place(store, member, start, int(run.figure(spec["width"])))


def _team(run: Run, spec: Mapping[str, Any]) -> None:
    member, store = str(run.value(spec["team"])), run.engine.store
    if store.get("tree:team", member) is None:
        attach(store, "team", member, parent(store, "sponsor", member))


def _promote(run: Run, spec: Mapping[str, Any]) -> None:
    run.engine.emit(
        {
            "type": "rank.promoted",
            "member": run.value(spec["promote"]),
            "to": str(spec["to"]),
            "attr": str(spec["attr"]),
        }
    )


def _leave_behind(run: Run, spec: Mapping[str, Any]) -> None:
    """Put the first directs of somebody promoted below his former boss."""
    member, store = str(run.value(spec["leave_behind"])), run.engine.store
    boss = run.value(spec["boss"])
    directs = [one[0] for one in (store.get("member", member) or {}).get("referrals", [])]
    left = directs[: int(run.figure(spec["many"]))]
    for one in left:
        attach(store, "team", one, str(boss) if boss else None)
        record = store.get("member", one) or {}
        record["left_by"] = member
        store.put("member", one, record)
    record = store.get("member", member) or {}
    record.update(left=left if boss else [], live=[])
    store.put("member", member, record)


def _live_lines(run: Run, spec: Mapping[str, Any]) -> None:
    """Mark the left lines to which the buyer belongs as lines with a new order."""
    buyer, store = str(run.value(spec["live_lines"])), run.engine.store
    for at in [buyer, *ancestors(store, "sponsor", buyer)]:
        leaver = (store.get("member", at) or {}).get("left_by")
        record = store.get("member", leaver) if leaver else None
        if leaver and record is not None and at not in record["live"]:
            record["live"] = [*record["live"], at]
            store.put("member", leaver, record)


def _volume(run: Run, spec: Mapping[str, Any]) -> None:
    """Add volume to the leg of everybody above in the binary tree."""
    store, at = run.engine.store, str(run.value(spec["of"]))
    for above in list(ancestors(store, SEATS, at)):
        side = (store.get("member", at) or {}).get("side", "L")
        legs = store.get("legs", above) or {}
        legs[side] = str(number(legs.get(side)) + run.figure(spec["volume"]))
        store.put("legs", above, legs)
        at = above


def _pair(run: Run, spec: Mapping[str, Any]) -> None:
    """Use up the weaker leg on both sides; what the stronger has more carries over."""
    store, member = run.engine.store, str(run.value(spec["pair"]))
    legs = store.get("legs", member) or {}
    weak = min(number(legs.get("L")), number(legs.get("R")))
    for side in ("L", "R"):
        legs[side] = str(number(legs.get(side)) - weak)
    store.put("legs", member, legs)


def _sit(run: Run, spec: Mapping[str, Any]) -> None:
    """Seat a member on the leg that was chosen for him, else on the weaker side."""
    store, member = run.engine.store, str(run.value(spec["sit"]))
    record = store.get("member", member) or {}
    above, _, side = str(record.get("leg") or "").partition(".")
    if store.get(f"tree:{SEATS}", member) is not None:
        return
    if not above:
        above = parent(store, "sponsor", member) or ""
        side = ""
    attach(store, SEATS, member, above or None)
    if above and not side:
        legs = store.get("legs", above) or {}
        side = "R" if number(legs.get("R")) < number(legs.get("L")) else "L"
    record["side"] = side or "L"
    store.put("member", member, record)


def _record(run: Run, spec: Mapping[str, Any]) -> None:
    kind, key = str(spec["record"]), str(run.value(spec["key"]))
    record = dict(run.engine.store.get(kind, key) or {})
    for field, source in spec["fields"].items():
        value = run.value(source)
        record[field] = _plain(value)
    run.engine.store.put(kind, key, record)


def _refuse(run: Run, spec: Mapping[str, Any]) -> None:
    """Refuse the event: what it says must not have happened."""
    raise EventRefused(rule=str(spec["refuse"]))


EFFECTS: Final[Mapping[str, Effect]] = {
    "set": _set,
    "add": _add,
    "enqueue": _enqueue,
    "receive": _receive,
    "place": _place,
    "team": _team,
    "promote": _promote,
    "leave_behind": _leave_behind,
    "live_lines": _live_lines,
    "volume": _volume,
    "pair": _pair,
    "sit": _sit,
    "record": _record,
    "refuse": _refuse,
}
