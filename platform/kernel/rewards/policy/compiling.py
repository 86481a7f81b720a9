"""From rule packs and a shop's own figures to the manifest that the predicates read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from kernel.rewards.engine.numbers import number
from kernel.rewards.packs.loading import OWN, Pack
from kernel.rewards.policy.catalogue import modes
from kernel.rewards.policy.manifest import UNBOUNDED, Asset, Manifest, Rule, union

_SHARE: Final = re.compile(r"pct\(\s*([A-Za-z_]\w*)")
_MONEY: Final = "CNY"
_KEPT: Final = frozenset({"locked", "quota", "claim", "coupon", "stock", "goods"})
_OF_ORDERS: Final = ("order.paid", "order.completed", "order.verified")
_ABOVE: Final = "sponsor(order.buyer)"


def compiled(packs: Sequence[Pack], parameters: Mapping[str, Any]) -> Manifest:
    """Return what packs amount to together, with a shop's figures over their defaults.

    What a pack cannot say (how roles are entered, what goods cost, who sells) is taken
    from the catalogue's description of its mode, so that no figure removes it.
    """
    parts = []
    for pack in packs:
        figures = {**pack.defaults(), **parameters}
        rules = tuple(_rules(pack, figures))
        known = bool(rules) and all(one.pct for one in rules if one.funding == "order")
        own = pack.code.startswith(OWN)
        told = [_composed(pack)] if own else _described(pack, rates_known=known)
        parts += [Manifest(rules=rules), *told]
    return union(parts)


def _described(pack: Pack, *, rates_known: bool) -> Iterator[Manifest]:
    lawful = pack.code.endswith("L")
    known = modes().get(pack.code.removesuffix("L") if lawful else pack.code)
    if known is None:
        return
    told = known.variant if lawful else known.as_given
    if told is None:
        return
    # Where all shares follow from the pack's own figures, these count, not the usual ones.
    rules = tuple(replace(one, pct=Decimal(0)) for one in told.rules) if rates_known else told.rules
    yield replace(told, rules=rules)


def _composed(pack: Pack) -> Manifest:
    """Return what a shop's own pack says of its assets, and of rules that pay in them."""
    assets = tuple(
        Asset(
            code=code,
            kind=str(one["class"]),
            withdrawable=bool(one.get("withdrawable")),
            transferable=str(one.get("transferable", "none")),
            convertible_to=frozenset(
                "CASH" if to == _MONEY else to for to in one.get("convertible_to", ())
            ),
            face=bool(number(one.get("face", 0))),
            backing=Decimal(0),
        )
        for code, one in pack.assets.items()
    )
    paying = tuple(
        Rule(id=rule["id"], event=_events(rule)[0], selector="members", asset=str(rule["asset"]))
        for rule in pack.rules
        if rule.get("asset", _MONEY) != _MONEY
    )
    return Manifest(rules=paying, assets=assets)


def _events(rule: Mapping[str, Any]) -> list[str]:
    return rule["on"] if isinstance(rule["on"], list) else [rule["on"]]


def _rules(pack: Pack, figures: Mapping[str, Any]) -> Iterator[Rule]:
    for rule in pack.rules:
        events = _events(rule)
        selector, depth = _selected(rule.get("to"), figures)
        kept = rule.get("release") in _KEPT
        if not selector or rule.get("asset", _MONEY) != _MONEY or kept:
            continue
        from_sale = not rule.get("from") or str(rule["from"]).startswith("reward:")
        of_order = any(event in _OF_ORDERS for event in events) and from_sale
        yield Rule(
            id=rule["id"],
            event=events[0],
            selector=selector,
            depth=depth,
            pct=_share(rule, figures, selector) if of_order else Decimal(0),
            funding="order" if of_order else "budget",
            own_payment=selector in {"queue", "previous_orders"},
        )


def _selected(to: Any, figures: Mapping[str, Any]) -> tuple[str, int]:
    """Return the kind of a selector and how far up it reaches."""
    if isinstance(to, str):
        return _named(to)
    if not isinstance(to, Mapping):
        return "", 0
    return _structured(to, figures)


def _structured(to: Mapping[str, Any], figures: Mapping[str, Any]) -> tuple[str, int]:
    kind = next((one for one in ("diff_walk", "peer", "nearest") if one in to), "")
    told = (kind, UNBOUNDED) if kind else (("region" if "region" in to else "members"), 0)
    if "uplines" in to:
        seats = to.get("tree") == "seats"
        told = ("placement_up" if seats else "upline"), _depth(to["uplines"], figures)
    elif "sponsor_of" in to:
        told = "upline", 1
    elif "filled" in to:
        told = "placement_up", _depth(to.get("depth", 0), figures)
    elif "queue" in to:
        told = ("previous_orders" if to["queue"] == "latest" else "queue"), 0
    return told


def _named(to: str) -> tuple[str, int]:
    if to == _ABOVE:
        return "upline", 1
    if "'seats'" in to:
        return "placement_up", 1
    if to.startswith(("nearest(", "see_boss")):
        return "nearest", UNBOUNDED
    return ("buyer", 0) if to in {"order.buyer", "event.buyer"} else ("attributed", 0)


def _depth(told: Any, figures: Mapping[str, Any]) -> int:
    text = str(told).strip()
    table = re.fullmatch(r"len\((\w+)\)", text)
    if table and isinstance(figures.get(table[1]), list | dict):
        return len(figures[table[1]])
    try:
        return int(str(figures.get(text, text)))
    except ValueError:
        return UNBOUNDED


def _share(rule: Mapping[str, Any], figures: Mapping[str, Any], selector: str) -> Decimal:
    """Return the most that a rule pays of one order, in per cent, as far as it is a rate."""
    found = _SHARE.match(str(rule.get("amount", "")))
    if found is None or "reward" in str(rule.get("amount")):
        return Decimal(0)
    value = figures.get(found[1])
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list):
        return _figure(value)
    rates = [_figure(one) for one in value]
    every = selector == "upline" and "level" in str(rule.get("amount"))
    return sum(rates, Decimal(0)) if every else max(rates, default=Decimal(0))


def _figure(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def selector_of(to: Any, figures: Mapping[str, Any]) -> str:
    """Return the kind of a rule's selector, as predicates and monitors read it."""
    return _selected(to, figures)[0]
