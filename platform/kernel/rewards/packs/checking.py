"""What is wrong with a pack, before anything is run with it; each fact names its rule."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
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
from kernel.rewards.packs.loading import Pack, read

DEEPEST: Final = 20
"""How many levels a rule may pay at most; unbounded depth does not exist."""

_FIGURES: Final = frozenset({"percent", "money", "count", "factor"})
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
        *_rules(pack),
        *_depths(pack),
        *_conversions(pack),
    ]


def check(document: Mapping[str, Any]) -> Pack:
    """Return the pack of a document, or refuse it with every problem named."""
    faults = problems(document)
    if faults:
        raise PackRefused(
            problems=[{"rule": one.rule, "fact": one.fact, "detail": one.detail} for one in faults]
        )
    return read(document)


def early_payouts(pack: Pack) -> list[Problem]:
    """Return rules that pay money to members before the return window has closed."""
    found = []
    for rule in pack.rules:
        stages = rule["on"] if isinstance(rule["on"], list) else [rule["on"]]
        pays = "amount" in rule and str(rule.get("into", "m:{to}")).startswith("m:{to}")
        money = (
            rule.get("asset", "CNY") == "CNY" and rule.get("release", "immediate") == "immediate"
        )
        window = {"order.paid", "order.completed", "order.verified", "box.opened"} & set(stages)
        if pays and money and window:
            found.append(Problem(str(rule["id"]), "pays_before_return_window", str(stages[0])))
    return found


def _parameters(pack: Pack) -> Iterator[Problem]:
    for name, spec in pack.parameters.items():
        try:
            figures = list(_figures(spec))
        except DomainError:
            yield Problem(name, "not_a_number", str(spec["default"])[:60])
            continue
        if any(figure < 0 for figure in figures):
            yield Problem(name, "negative_rate", str(spec["default"])[:60])


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


def _depths(pack: Pack) -> Iterator[Problem]:
    for rule in pack.rules:
        spec = rule.get("to")
        if not isinstance(spec, Mapping):
            continue
        source = spec.get("uplines", spec.get("levels"))
        if source is None:
            continue
        depth = _depth(str(source), pack)
        if depth is None or not 0 <= depth <= DEEPEST:
            yield Problem(str(rule["id"]), "unbounded_depth", str(source))


def _depth(source: str, pack: Pack) -> int | None:
    """Return how deep a rule pays with the defaults of its pack, None where it is open."""
    word = source.removeprefix("len(").removesuffix(")")
    if source.isdigit():
        return int(source)
    spec = pack.parameters.get(word)
    if spec is None:
        return None
    value = spec["default"]
    return len(value) if source.startswith("len(") else int(number(value))


def _conversions(pack: Pack) -> Iterator[Problem]:
    """Refuse assets that can be changed back into themselves over any way."""
    edges = {code: set(asset.get("convertible_to", ())) for code, asset in pack.assets.items()}
    for start, targets in edges.items():
        waiting, reached = list(targets), set()
        while waiting:
            at = waiting.pop()
            if at not in reached:
                reached.add(at)
                waiting.extend(edges.get(at, ()))
        if start in reached:
            yield Problem(start, "conversion_cycle", " → ".join(sorted(reached | {start})))
        for unknown in sorted(targets - set(edges) - {"CNY"}):
            yield Problem(start, "unknown_asset", unknown)
