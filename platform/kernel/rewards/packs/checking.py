"""What is wrong with a pack, before anything is run with it; each fact names its rule."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import jsonschema

from kernel.common.errors import DomainError
from kernel.rewards.engine.expressions import compiled
from kernel.rewards.engine.functions import FUNCTIONS
from kernel.rewards.engine.numbers import number
from kernel.rewards.errors import PackRefused
from kernel.rewards.packs.loading import OWN, Pack, read
from kernel.rewards.packs.soundness import conversions, cycles, is_below_zero, unsound

DEEPEST: Final = 20
"""How many levels a rule may pay at most; unbounded depth does not exist."""

_BEFORE_WINDOW: Final = frozenset(
    {"order.paid", "order.completed", "order.verified", "order.refunded", "box.opened"}
)
_FIGURES: Final = frozenset({"percent", "money", "count", "factor"})
_DEEP: Final = ("uplines", "levels", "generations", "depth")
_EXPRESSIONS: Final = ("when", "if", "while", "amount", "limit", "weight")
_TEMPLATES: Final = ("from", "into", "asset", "why")
_WORDS: Final = frozenset(
    {
        "event",
        "order",
        "round",
        "result",
        "to",
        "level",
        "level_name",
        "rate",
        "rank",
        "reached",
        "reward",
        "earner",
        "generation",
        "weight",
        "entry",
        "queue",
        "open",
        "at",
        "key",
        "cost",
        "stake",
        "phase",
        "units",
        "price",
        "part",
        "amount",
        "from_member",
        "refund",
        "whole",
        "early",
        "True",
        "False",
        "None",
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A fact about a pack that keeps it from being used.

    Attributes:
        rule: the rule, parameter or asset that it is about.
        fact: stable name of what is wrong.
    """

    rule: str
    fact: str
    detail: str = ""


@lru_cache(maxsize=1)
def schema() -> Mapping[str, Any]:
    """Return the published JSON Schema of packs."""
    path = Path(__file__).parent / "pack.schema.json"
    document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def problems(document: Mapping[str, Any]) -> list[Problem]:
    """Return everything that is wrong with a pack."""
    faults = [
        Problem("/".join(str(step) for step in error.absolute_path), "schema", error.message[:200])
        for error in jsonschema.Draft202012Validator(schema()).iter_errors(document)
    ]
    if faults:
        return faults
    pack = read(document)
    return [
        *_parameters(pack),
        *_expiries(pack),
        *_rules(pack),
        *_depths(pack),
        *_conversions(pack),
        *_unsound(pack),
    ]


def refuse_unsound(packs: Sequence[Pack]) -> None:
    """Refuse packs of a shop's own with whatever is wrong with them by now.

    Raises:
        PackRefused: ``problems`` name rule and fact.
    """
    faults = [
        one
        for pack in packs
        if pack.code.startswith(OWN)
        for one in problems(pack.document) or early_payouts(pack)
    ]
    if faults:
        raise PackRefused(problems=[told(one) for one in faults])


def told(problem: Problem) -> dict[str, str]:
    """Return a problem as answers carry it."""
    return {"rule": problem.rule, "fact": problem.fact, "detail": problem.detail}


def check(document: Mapping[str, Any]) -> Pack:
    """Return the pack of a document, or refuse it with every problem named."""
    faults = problems(document)
    if faults:
        raise PackRefused(problems=[told(one) for one in faults])
    return read(document)


def early_payouts(pack: Pack) -> list[Problem]:
    """Return rules that pay money to members before the return window has closed."""
    money = _money(pack)
    found = []
    for rule in pack.rules:
        stages = rule["on"] if isinstance(rule["on"], list) else [rule["on"]]
        early = _BEFORE_WINDOW & {str(one).removesuffix(".after") for one in stages}
        if early and any(asset in money and at_once for asset, at_once in _payments(rule)):
            found.append(Problem(str(rule["id"]), "pays_before_return_window", str(stages[0])))
    return found


def _money(pack: Pack) -> set[str]:
    """Return the assets that are money or become it."""
    money = {"CNY"} | {
        code
        for code, asset in pack.assets.items()
        if asset["class"] == "cash_commission"
        or asset.get("withdrawable")
        or asset.get("transferable") == "p2p"
    }
    while more := {
        code
        for code, asset in pack.assets.items()
        if code not in money and money & set(asset.get("convertible_to", ()))
    }:
        money |= more
    return money


def _payments(rule: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield the assets that a rule books, and whether a member may use them at once."""
    if "amount" in rule:
        held = "avail" if rule.get("release", "immediate") == "immediate" else "held"
        into = str(rule.get("into", "m:{to}:" + held))
        yield str(rule.get("asset", "CNY")), _at_once(into, str(rule.get("from", "")))
    for side in (*rule.get("lead", ()), *rule.get("with", ())):
        yield str(side["asset"]), _at_once(str(side["into"]), str(side["from"]))


def _at_once(into: str, source: str) -> bool:
    return into.startswith("m:") and into.endswith(":avail") and not source.startswith("m:")


def _parameters(pack: Pack) -> Iterator[Problem]:
    for name, spec in pack.parameters.items():
        try:
            figures = list(_figures(spec))
        except DomainError:
            yield Problem(name, "not_a_number", str(spec["default"])[:60])
            continue
        if any(figure < 0 for figure in figures):
            yield Problem(name, "negative_rate", str(spec["default"])[:60])


def _expiries(pack: Pack) -> Iterator[Problem]:
    """Yield assets that expire after days which no figure tells."""
    for code, asset in pack.assets.items():
        days = asset.get("expiry_days")
        if isinstance(days, str) and pack.parameters.get(days, {}).get("kind") != "count":
            yield Problem(code, "not_a_number", days)


def _figures(spec: Mapping[str, Any]) -> Iterator[Any]:
    if spec["kind"] in _FIGURES:
        yield number(spec["default"])
    elif spec["kind"] == "table":
        yield from _numbers_in(spec["default"])


def _numbers_in(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _numbers_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers_in(inner)
    elif isinstance(value, int) or (isinstance(value, str) and value[:2].strip("-").isdigit()):
        yield number(value)


def _rules(pack: Pack) -> Iterator[Problem]:
    known = {*_WORDS, *pack.parameters, *(let["name"] for let in pack.lets)}
    seen: set[str] = set()
    for rule in pack.rules:
        name = str(rule["id"])
        if name in seen:
            yield Problem(name, "twice")
        seen.add(name)
        for source in _sources(rule):
            yield from (Problem(name, *fault) for fault in _faults(source, known))
        for asset in _assets(rule):
            if "{" not in asset and asset != "CNY" and asset not in pack.assets:
                yield Problem(name, "unknown_asset", asset)


def _sources(rule: Mapping[str, Any]) -> Iterator[str]:
    for field in _EXPRESSIONS:
        if field in rule:
            yield str(rule[field])
    for part in (rule, *rule.get("lead", ()), *rule.get("with", ())):
        for field in _TEMPLATES:
            yield from str(part.get(field, "")).replace("}", "{").split("{")[1::2]
        if part is not rule:
            yield str(part["amount"])
    if isinstance(rule.get("to"), str):
        yield rule["to"]


def _assets(rule: Mapping[str, Any]) -> Iterator[str]:
    for part in (rule, *rule.get("lead", ()), *rule.get("with", ())):
        yield str(part.get("asset", "CNY"))


def _faults(source: str, known: set[str]) -> Iterator[tuple[str, str]]:
    try:
        compiled(source)
    except DomainError:
        yield ("unreadable", source[:120])
        return
    tree = ast.parse(source.strip(), mode="eval")
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for word in sorted(called - set(FUNCTIONS)):
        yield ("unknown_function", word)
    for word in sorted(names - called - known):
        yield ("unknown_name", word)


def _unsound(pack: Pack) -> Iterator[Problem]:
    own = pack.code.startswith(OWN)
    for fault in unsound(pack.rules, pack.assets, own=own):
        yield Problem(*fault)
    for name, spec in pack.parameters.items():
        if spec["kind"] == "text" and is_below_zero(spec["default"]):
            yield Problem(name, "negative_rate", str(spec["default"])[:60])


def _depths(pack: Pack) -> Iterator[Problem]:
    for rule in pack.rules:
        spec = rule.get("to")
        if not isinstance(spec, Mapping):
            continue
        for source in (str(spec[word]) for word in _DEEP if word in spec):
            depth = _depth(source, pack)
            if depth is None or not 0 <= depth <= DEEPEST:
                yield Problem(str(rule["id"]), "unbounded_depth", source)


def _depth(source: str, pack: Pack) -> int | None:
    """Return how deep a rule pays with the defaults of its pack, None where it is open."""
    word = source.removeprefix("len(").removesuffix(")")
    if source.isdigit():
        return int(source)
    if source.startswith("depth_of("):
        return DEEPEST  # the function itself goes no deeper
    spec = pack.parameters.get(word)
    if spec is None:
        return None
    value = spec["default"]
    return len(value) if source.startswith("len(") else int(number(value))


def _conversions(pack: Pack) -> Iterator[Problem]:
    """Refuse assets that can be changed back into themselves over any way."""
    edges = conversions(pack.rules, pack.assets)
    yield from dict.fromkeys(Problem(*fault) for fault in cycles(edges))
    for code, asset in pack.assets.items():
        for unknown in sorted(set(asset.get("convertible_to", ())) - set(pack.assets) - {"CNY"}):
            yield Problem(code, "unknown_asset", unknown)
