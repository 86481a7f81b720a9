"""From rule packs and a shop's own figures to the manifest that the predicates read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from kernel.rewards.engine.numbers import number
from kernel.rewards.packs.loading import OWN, Pack
from kernel.rewards.policy.catalogue import modes
from kernel.rewards.policy.manifest import (
    NOBODY,
    NOTHING,
    UNBOUNDED,
    Asset,
    Manifest,
    Rule,
    union,
)
from kernel.rewards.policy.sups import cap_of, costs

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
        own = pack.code.startswith(OWN)
        told = [_composed(pack)] if own else _described(pack, rules)
        parts += [Manifest(rules=rules), *told]
    return union(parts)


def _described(pack: Pack, measured: Sequence[Rule]) -> Iterator[Manifest]:
    lawful = pack.code.endswith("L")
    known = modes().get(pack.code.removesuffix("L") if lawful else pack.code)
    if known is None:
        return
    told = known.variant if lawful else known.as_given
    if told is None:
        return
    # What follows from the pack's own figures counts, not what is usual.
    all_known = bool(measured) and all(one.pct for one in measured if one.funding == "order")
    ids = {one.id for one in measured if one.pct}
    rules = tuple(
        replace(one, pct=Decimal(0)) if all_known or one.id in ids else one for one in told.rules
    )
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
    costing = {cost.rule["id"]: cost.pct for cost in costs(pack, figures, _OF_ORDERS)}
    cap = cap_of(pack, figures)
    own = pack.code.startswith(OWN)
    for rule in pack.rules:
        events = _events(rule)
        selector, depth = _selected(rule.get("to"), figures)
        kept = rule.get("release") in _KEPT or rule.get("asset", _MONEY) != _MONEY
        pays, costs_money = bool(selector) and not kept, rule["id"] in costing
        if not pays and not costs_money:
            continue
        pct = costing.get(rule["id"])
        yield Rule(
            id=rule["id"],
            event=events[0],
            # What is set aside costs the shop as much, but is paid to nobody yet.
            selector=selector if pays else NOBODY,
            asset="CASH" if pays else NOTHING,
            depth=depth if pays else 0,
            pct=pct or Decimal(0),
            funding="order" if costs_money else "budget",
            own_payment=pays and selector in {"queue", "previous_orders"},
            pack=pack.code,
            cap=cap,
            unmeasured=own and costs_money and pct is None,
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


def selector_of(to: Any, figures: Mapping[str, Any]) -> str:
    """Return the kind of a rule's selector, as predicates and monitors read it."""
    return _selected(to, figures)[0]
