"""What rules do that no form shows: turn assets into each other, pay less than nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kernel.rewards.engine.effects import EFFECTS
from kernel.rewards.engine.numbers import number
from kernel.rewards.engine.selectors import SELECTORS
from kernel.rewards.errors import NotANumber

MONEY: Final = "CNY"
_AMOUNTS: Final = ("amount", "limit", "weight")
_ASKED: Final = {"balance": 1, "holding": 2, "holders": 0}
"""Functions that ask for an asset, and which of their arguments it is."""

Fault = tuple[str, str, str]
"""Rule, fact and detail."""


def unsound(rules: Any, assets: Mapping[str, Any], *, own: bool) -> Iterator[Fault]:
    """Yield what is unsound about rules.

    Args:
        rules: of a pack.
        assets: that the pack has.
        own: composed by a shop: its assets are named, not made up while a rule runs.
    """
    for rule in rules:
        name = str(rule["id"])
        yield from ((name, *one) for one in _unknown_words(rule))
        parts = (rule, *rule.get("lead", ()), *rule.get("with", ()))
        for part in parts:
            if own and "{" in str(part.get("asset", MONEY)):
                yield name, "unknown_asset", str(part["asset"])
            for source in (str(part[word]) for word in _AMOUNTS if word in part):
                yield from ((name, *one) for one in _in_expression(source, assets, own=own))


def _unknown_words(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    to = rule.get("to")
    if isinstance(to, Mapping) and not set(to) & set(SELECTORS):
        yield "unknown_selector", ", ".join(sorted(to))[:120]
    for effect in (*rule.get("then", ()), *rule.get("after", ())):
        if not set(effect) & set(EFFECTS):
            yield "unknown_effect", ", ".join(sorted(effect))[:120]


def _in_expression(
    source: str, assets: Mapping[str, Any], *, own: bool
) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "pct" and node.args and _is_negative(node.args[0]):
            yield "negative_rate", source[:120]
        at = _ASKED.get(node.func.id)
        asked = node.args[at] if at is not None and at < len(node.args) else None
        if own and isinstance(asked, ast.Constant) and asked.value not in {MONEY, *assets}:
            yield "unknown_asset", str(asked.value)[:60]
    if _is_negative(tree.body):
        yield "negative_rate", source[:120]


def _is_negative(node: ast.expr) -> bool:
    """Whether a figure is written below zero: ``-5``, ``0 - 5``, ``-rate``, ``-5 * order.base``."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        return _is_negative(node.left) is not _is_negative(node.right)
    nothing = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
    return nothing and isinstance(node.left, ast.Constant) and not node.left.value  # type: ignore[attr-defined]


def is_below_zero(value: object) -> bool:
    """Whether a text that a rule may reckon with is a figure below zero."""
    try:
        return number(value) < 0
    except NotANumber:
        return False


def conversions(rules: Any, assets: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return what can be turned into what, with who says so: an asset, or the id of a rule."""
    edges: dict[str, dict[str, str]] = {
        code: dict.fromkeys(asset.get("convertible_to", ()), code) for code, asset in assets.items()
    }
    for rule in rules:
        parts = [one for one in (rule, *rule.get("lead", ()), *rule.get("with", ()))
                 if "amount" in one]  # fmt: skip
        given = {_asset(one) for one in parts if str(one.get("from", "")).startswith("m:")}
        got = {_asset(one) for one in parts if str(one.get("into", "m:")).startswith("m:")}
        on = rule["on"] if isinstance(rule["on"], list) else [rule["on"]]
        if not any(str(stage).startswith("asset.converted") for stage in on):
            continue
        for asset in given:
            edges.setdefault(asset, {}).update(dict.fromkeys(got - {asset}, str(rule["id"])))
    return edges


def _asset(part: Mapping[str, Any]) -> str:
    return str(part.get("asset", MONEY))


def cycles(edges: Mapping[str, Mapping[str, str]]) -> Iterator[Fault]:
    """Yield who lets an asset be changed back into itself, over any way."""
    for start, targets in edges.items():
        waiting, reached = list(targets), set()
        while waiting:
            at = waiting.pop()
            if at not in reached:
                reached.add(at)
                waiting.extend(edges.get(at, ()))
        if start not in reached:
            continue
        way = " → ".join(sorted(reached | {start}))
        closing = {by for to, by in targets.items() if to == start or _leads(edges, to, start)}
        for by in sorted(closing):
            yield by, "conversion_cycle", way


def _leads(edges: Mapping[str, Mapping[str, str]], start: str, end: str) -> bool:
    waiting, reached = [start], set()
    while waiting:
        at = waiting.pop()
        if at == end:
            return True
        if at not in reached:
            reached.add(at)
            waiting.extend(edges.get(at, ()))
    return False
