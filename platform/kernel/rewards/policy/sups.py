"""The most that a rule may pay of one order, whatever the tree, the ranks and the numbers are.

Amounts are reckoned with bounds: a share of the order in per cent, or a plain figure. What
cannot be bounded in proportion to an order, such as a fixed sum, is told as such.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from kernel.rewards.engine.book import costs_the_shop
from kernel.rewards.engine.numbers import number
from kernel.rewards.packs.loading import Pack

_MONEY: Final = "CNY"
_ALL: Final = Decimal(100)
_BASES: Final = frozenset({"base", "paid", "goods", "full", "bill"})


class Bound(NamedTuple):
    """The most that something is: per cent of the order, or a figure for itself."""

    value: Decimal
    of_order: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule's words stand for.

    Attributes:
        levels: the rates of a table are each paid once, one for each level.
    """

    figures: Mapping[str, Any]
    words: Mapping[str, Bound] = field(default_factory=dict)
    results: Mapping[str, Bound | None] = field(default_factory=dict)
    levels: bool = False


class Cost(NamedTuple):
    """What one rule costs the shop of an order.

    Attributes:
        pct: in per cent; None where no share of the order bounds it.
    """

    rule: Mapping[str, Any]
    pct: Decimal | None


def costs(pack: Pack, figures: Mapping[str, Any], stages: Sequence[str]) -> Iterator[Cost]:
    """Yield what each rule of some stages costs the shop of one order."""
    results: dict[str, Bound | None] = {}
    for rule in pack.rules:
        events = rule["on"] if isinstance(rule["on"], list) else [rule["on"]]
        if "amount" not in rule or not {one.removesuffix(".after") for one in events} & set(stages):
            continue
        each = _of_rule(rule, figures, results)
        results[str(rule["id"])] = each
        parts = [_part(pack, each, rule, *_accounts(rule))]
        for side in (*rule.get("lead", ()), *rule.get("with", ())):
            words = {"amount": each} if each else {}
            told = bound(str(side["amount"]), Known(figures, words, results))
            parts.append(_part(pack, told, side, str(side["from"]), str(side["into"])))
        costing = [one for one in parts if one != 0]
        if costing:
            whole = [one for one in costing if one is not None]
            known = len(whole) == len(costing)
            yield Cost(rule, sum(whole, Decimal(0)) if known else None)


def cap_of(pack: Pack, figures: Mapping[str, Any]) -> Decimal | None:
    """Return the share of an order's margin that a pack pays at most, None where none holds."""
    words = pack.cap.replace(" ", "")
    if not words.startswith("pct(") or not words.endswith(",order.base-number(order.cost))"):
        return None
    told = bound(words[4:].partition(",")[0], Known(figures))
    return None if told is None or told.of_order else told.value


def bound(source: str, known: Known) -> Bound | None:
    """Return the most that an amount is, None where that is not known."""
    try:
        return _of(ast.parse(source.strip(), mode="eval").body, known)
    except SyntaxError:
        return None


def _accounts(rule: Mapping[str, Any]) -> tuple[str, str]:
    return str(rule.get("from", "reward:")), str(rule.get("into", "m:{to}"))


def _part(
    pack: Pack, told: Bound | None, line: Mapping[str, Any], debit: str, credit: str
) -> Decimal | None:
    """Return what a line takes out of an order; units cost what they stand for."""
    asset = str(line.get("asset", _MONEY))
    if asset != _MONEY:
        face = pack.assets.get(asset, {}).get("face", 0) if debit.startswith("issue:") else 0
        worth = _decimal(face)
        if not worth or told is None or not told.of_order:
            return Decimal(0)
        return told.value * worth
    if not costs_the_shop(debit, credit):
        return Decimal(0)
    return told.value if told is not None and told.of_order else _nothing(told)


def _nothing(told: Bound | None) -> Decimal | None:
    return Decimal(0) if told is not None and told.value <= 0 else None


def _of_rule(
    rule: Mapping[str, Any], figures: Mapping[str, Any], results: Mapping[str, Bound | None]
) -> Bound | None:
    """Return what all beneficiaries of a rule get together."""
    to, words = rule.get("to"), {}
    times: Decimal | None = Decimal(1)
    levels = False
    if isinstance(to, Mapping):
        if "diff_walk" in to:
            words["rate"] = Bound(_greatest(figures.get(str(to["diff_walk"]))), of_order=False)
        elif "peer" in to or "sponsor_of" in to:
            paid = results.get(str(to.get("peer", to.get("sponsor_of"))))
            words |= {"reward": paid} if paid else {}
            times = _decimal(figures.get(str(to.get("generations")), to.get("generations", 1)))
        elif rule.get("share") not in {"split", "fill"}:
            levels = "level" in str(rule["amount"])
            times = (
                Decimal(1) if levels or "level ==" in str(to.get("where")) else _many(to, figures)
            )
    told = bound(str(rule["amount"]), Known(figures, words, results, levels=levels))
    if told is None or times is None:
        return None
    return Bound(told.value * times, told.of_order)


def _many(to: Mapping[str, Any], figures: Mapping[str, Any]) -> Decimal | None:
    """Return how many a selector chooses at most, None where that is open."""
    if "nearest" in to or to.get("queue") in {"head", "of"}:
        return Decimal(1)
    asked = str(to.get("uplines", to.get("n", "")))
    table = figures.get(asked.removeprefix("len(").removesuffix(")"), asked)
    if asked.startswith("len(") and isinstance(table, list | Mapping):
        return Decimal(len(table))
    try:
        return Decimal(str(table))
    except InvalidOperation:
        return None


def _greatest(value: Any) -> Decimal:
    rows = value.values() if isinstance(value, Mapping) else value
    return max((_decimal(one) for one in rows or ()), default=Decimal(0))


def _decimal(value: Any) -> Decimal:
    try:
        exact = number(value)
    except (ValueError, TypeError, ArithmeticError):
        return Decimal(0)
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _of(node: ast.expr, known: Known) -> Bound | None:
    reader = _READERS.get(type(node))
    return None if reader is None else reader(node, known)


def _constant(node: Any, known: Known) -> Bound | None:
    plain = type(node.value) in {int, float}
    return Bound(Decimal(str(node.value)), of_order=False) if plain else None


def _name(node: Any, known: Known) -> Bound | None:
    if node.id in known.words:
        return known.words[node.id]
    value = known.figures.get(node.id)
    if isinstance(value, list | Mapping) or value is None or isinstance(value, bool):
        return None
    try:
        return Bound(Decimal(str(value)), of_order=False)
    except InvalidOperation:
        return None


def _attribute(node: Any, known: Known) -> Bound | None:
    if not isinstance(node.value, ast.Name):
        return None
    if node.value.id == "result":
        return known.results.get(node.attr, Bound(Decimal(0), of_order=True))
    of_order = node.value.id == "order" and node.attr in _BASES
    return Bound(_ALL, of_order=True) if of_order else None


def _item(node: Any, known: Known) -> Bound | None:
    table = known.figures.get(node.value.id) if isinstance(node.value, ast.Name) else None
    if not isinstance(table, list | Mapping):
        return None
    rows = [_decimal(one) for one in (table.values() if isinstance(table, Mapping) else table)]
    whole = known.levels and "level" in ast.unparse(node.slice)
    return Bound(sum(rows, Decimal(0)) if whole else max(rows, default=Decimal(0)), of_order=False)


def _binary(node: Any, known: Known) -> Bound | None:
    left, right = _of(node.left, known), _of(node.right, known)
    if isinstance(node.op, ast.Sub):
        return left
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Add) and left.of_order is right.of_order:
        return Bound(left.value + right.value, left.of_order)
    if isinstance(node.op, ast.Mult) and not (left.of_order and right.of_order):
        return Bound(left.value * right.value, left.of_order or right.of_order)
    if isinstance(node.op, ast.Div) and not right.of_order and right.value > 0:
        return Bound(left.value / right.value, left.of_order)
    return None


def _choice(node: Any, known: Known) -> Bound | None:
    return _highest([_of(node.body, known), _of(node.orelse, known)])


def _call(node: Any, known: Known) -> Bound | None:
    word = node.func.id if isinstance(node.func, ast.Name) else ""
    reader = _CALLS.get(word)
    return None if reader is None or not node.args else reader(node.args, known)


def _pct(asked: list[ast.expr], known: Known) -> Bound | None:
    rate, base = _of(asked[0], known), _of(asked[-1], known)
    if rate is None or base is None or rate.of_order:
        return None
    return Bound(rate.value * base.value / _ALL, base.of_order)


def _least(asked: list[ast.expr], known: Known) -> Bound | None:
    told = [one for one in (_of(each, known) for each in asked) if one is not None]
    return min([one for one in told if one.of_order] or told, default=None)


def _step(asked: list[ast.expr], known: Known) -> Bound | None:
    tiers = known.figures.get(asked[0].id) if isinstance(asked[0], ast.Name) else None
    return None if tiers is None else Bound(_greatest([row[1] for row in tiers]), of_order=False)


def _highest(told: Sequence[Bound | None]) -> Bound | None:
    """Return the greatest of bounds; nothing is nothing, of the order or for itself."""
    known = [one for one in told if one is not None]
    more = [one for one in known if one.value > 0]
    if len(known) < len(told) or len({one.of_order for one in more}) > 1:
        return None
    return max(more, default=known[0] if known else None)


_READERS: Final[Mapping[type[ast.expr], Callable[[Any, Known], Bound | None]]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _item,
    ast.BinOp: _binary,
    ast.IfExp: _choice,
    ast.Call: _call,
}
_CALLS: Final[Mapping[str, Callable[[list[ast.expr], Known], Bound | None]]] = {
    "pct": _pct,
    "number": lambda asked, known: _of(asked[0], known),
    "floor": lambda asked, known: _of(asked[0], known),
    "min": _least,
    "max": lambda asked, known: _highest([_of(one, known) for one in asked]),
    "get": lambda asked, known: _item(
        ast.Subscript(asked[0], asked[min(1, len(asked) - 1)]), known
    ),
    "step": _step,
}
