"""How a rule pays: each beneficiary, a split of a sum, or one after another until it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from kernel.rewards.engine import accruals
from kernel.rewards.engine.book import Line, costs_the_shop, covered
from kernel.rewards.engine.effects import perform
from kernel.rewards.engine.numbers import ZERO, amount, largest_remainder, number, units
from kernel.rewards.engine.run import Binding, Run
from kernel.rewards.engine.selectors import select, selected

Rule = Mapping[str, Any]
_STATES: Final[Mapping[str, str]] = {"immediate": "avail", "delay": "frozen"}


def pay(run: Run, rule: Rule) -> None:
    """Run one rule of an event."""
    outer = run.binding
    try:
        if "amount" not in rule:
            _only_effects(run, rule)
        elif rule.get("share") == "split":
            _split(run, rule)
        elif rule.get("share") == "fill":
            _fill(run, rule)
        else:
            _each(run, rule)
    finally:
        run.binding = outer


def _only_effects(run: Run, rule: Rule) -> None:
    for binding in select(run, rule.get("to")):
        run.binding = binding
        perform(run, rule.get("then"))


def _each(run: Run, rule: Rule) -> None:
    for binding in select(run, rule.get("to")):
        run.binding = binding
        if run.holds(rule.get("if")):
            hand_out(run, rule, _limited(run, rule, run.figure(rule["amount"])))


def _fill(run: Run, rule: Rule) -> None:
    """Give each as much as he may have, in order, until the sum is gone."""
    left = run.figure(rule["amount"])
    if left <= 0:
        return
    for binding in selected(run, rule.get("to")):
        run.binding = binding
        left -= hand_out(run, rule, _limited(run, rule, left))
        if left <= 0:
            return


def _split(run: Run, rule: Rule) -> None:
    """Split a sum exactly; with ``again`` what limits keep back is split once more."""
    scale = run.engine.scale(run.text(str(rule.get("asset", "CNY"))))
    left = units(run.figure(rule["amount"]), scale)
    while left > 0:
        chosen = select(run, rule.get("to"))
        weights = [_weight(run, rule, binding) for binding in chosen]
        given = 0
        parts = largest_remainder(left, weights)
        for binding, weight, part in zip(chosen, weights, parts, strict=True):
            run.binding = {**binding, "share_weight": weight}
            if run.holds(rule.get("if")):
                limited = _limited(run, rule, amount(part, scale))
                given += units(hand_out(run, rule, limited), scale)
        left -= given
        if not rule.get("again") or not given:
            return


def _weight(run: Run, rule: Rule, binding: Binding) -> Fraction:
    run.binding = binding
    return max(run.figure(rule.get("weight", 1)), ZERO)


def _limited(run: Run, rule: Rule, figure: Fraction) -> Fraction:
    if "limit" in rule:
        return min(figure, run.figure(rule["limit"]))
    return figure


def hand_out(run: Run, rule: Rule, figure: Fraction) -> Fraction:
    """Book what a rule pays one beneficiary and return how much it was."""
    engine, asset = run.engine, run.text(str(rule.get("asset", "CNY")))
    scale = engine.scale(asset)
    source = rule.get("from")
    debit = f"reward:{rule['id']}" if source is None else run.text(source)
    run.binding = {**run.binding, "amount": figure}
    state = _state(run, rule)
    credit = run.text(str(rule.get("into", "m:{to}:" + state)))
    minor = units(figure, scale)
    if not _is_led_up_to(rule):
        minor = covered(engine.book, debit, asset, minor)
    minor = capped(run, debit, credit, asset, minor)
    if minor <= 0 or debit == credit:
        return ZERO
    sides: list[Line] = []
    if "lead" in rule:
        run.binding = {**run.binding, "amount": amount(minor, scale)}
        sides = _side_lines(run, rule, "lead")
        minor = covered(engine.book, debit, asset, minor)
        if minor <= 0:
            _undo(run, sides)
            return ZERO
    paid = amount(minor, scale)
    run.binding = {**run.binding, "amount": paid}
    line = Line(debit, credit, asset, minor, str(rule["id"]), run.text(str(rule.get("why", ""))))
    engine.book_line(line)
    sides += _side_lines(run, rule, "with")
    _remember(run, rule, line, sides)
    perform(run, rule.get("then"))
    return paid


def _is_led_up_to(rule: Rule) -> bool:
    """Whether a rule itself puts into its source what it pays."""
    return "lead" in rule and any(side["into"] == rule.get("from") for side in rule["lead"])


def _undo(run: Run, sides: list[Line]) -> None:
    """Take back what led up to a payment for which nothing was left."""
    for side in reversed(sides):
        minor = covered(run.engine.book, side.credit, side.asset, side.minor)
        if minor > 0:
            run.engine.book_line(side.reversed(minor, "taken back"))


def _side_lines(run: Run, rule: Rule, where: str) -> list[Line]:
    booked = []
    for side in rule.get(where, ()):
        if not run.holds(side.get("when")):
            continue
        asset = run.text(str(side["asset"]))
        debit, credit = run.text(side["from"]), run.text(side["into"])
        minor = units(run.figure(side["amount"]), run.engine.scale(asset))
        minor = covered(run.engine.book, debit, asset, minor)
        minor = capped(run, debit, credit, asset, minor)
        if minor > 0 and debit != credit:
            booked.append(
                Line(
                    debit,
                    credit,
                    asset,
                    minor,
                    str(rule["id"]),
                    run.text(str(side.get("why", ""))),
                )
            )
            run.engine.book_line(booked[-1])
    return booked


def _state(run: Run, rule: Rule) -> str:
    release = str(rule.get("release", "immediate"))
    if release == "return_window":
        return "avail" if run.window_closed else "frozen"
    return _STATES.get(release, release)


def capped(run: Run, debit: str, credit: str, asset: str, minor: int) -> int:
    """Return what the margin of the order still allows of a reward."""
    if not run.order or not run.engine.caps or not costs_the_shop(debit, credit):
        return minor
    scale = run.engine.scale(asset)
    most = min(units(run.figure(cap), scale) for cap in run.engine.caps)
    rewarded = run.order["rewarded"]
    allowed = max(min(minor, most - int(rewarded.get(asset, 0))), 0)
    rewarded[asset] = int(rewarded.get(asset, 0)) + allowed
    return allowed


def _remember(run: Run, rule: Rule, line: Line, sides: list[Line]) -> None:
    """Keep what was paid: for later rules, for limits, for a refund."""
    store, to = run.engine.store, str(run.binding.get("to", ""))
    paid = amount(line.minor, run.engine.scale(line.asset))
    run.paid(str(rule["key"]), to, paid)
    if to:
        key = f"{rule['key']}|{to}"
        record = store.get("total", key) or {"paid": "0"}
        store.put("total", key, {"paid": str(number(record["paid"]) + paid)})
    if "settles" in rule:
        _settle(run, run.key_of(str(rule["settles"])), to)
    if not rule.get("accrue", True):
        return
    binding = {name: _plain(value) for name, value in run.binding.items() if name != "order"}
    accruals.keep(
        store,
        {
            "rule": rule["id"],
            "key": rule["key"],
            "order": run.order.get("id"),
            "debit": line.debit,
            "credit": line.credit,
            "asset": line.asset,
            "minor": line.minor,
            "booked": line.minor,
            "to": to,
            "binding": binding,
            "frozen": line.credit.endswith(":frozen"),
            "hold": str(rule.get("release", "")),
            "day": str(run.event.get("day") or ""),
            "origin": f"{run.event.get('key')}:{rule['id']}",
            "sides": [[one.debit, one.credit, one.asset, one.minor] for one in sides],
            "lets": {k: _plain(v) for k, v in run.lets.items()},
        },
    )


def _settle(run: Run, rule: str, member: str) -> None:
    """Note that what a rule froze for a member has been released by another rule."""
    for key, accrual in list(accruals.delayed(run.engine.store)):
        if accrual["key"] == rule and accrual["to"] == member:
            accrual["frozen"] = False
            accruals.change(run.engine.store, key, accrual)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Fraction) else value
