"""A shop's own figures for a pack, and its own names for assets and ranks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kernel.rewards.engine.numbers import number
from kernel.rewards.errors import FigureRefused, NotANumber
from kernel.rewards.packs.checking import DEEPEST
from kernel.rewards.packs.expiry import EXPIRY, own_expiry
from kernel.rewards.packs.loading import Pack
from kernel.rewards.packs.soundness import is_below_zero

NAMES: Final = "names"
_FIGURES: Final = frozenset({"percent", "money", "factor", "count"})
_LANGUAGES: Final = frozenset({"zh", "en"})
_LONGEST: Final = 40
_LONGEST_TEXT: Final = 120
_MOST_ROWS: Final = 200
_HIGHEST: Final = 10_000
_DEEP: Final = ("uplines", "levels", "depth", "generations")


def own_figures(packs: Sequence[Pack], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a shop says over its packs, without what is as they say themselves.

    Raises:
        FigureRefused: a name that no pack has, or a value that does not fit; both named.
    """
    specs = {name: spec for pack in packs for name, spec in pack.parameters.items()}
    deep = _depths(packs)
    found: dict[str, Any] = {}
    for name, value in told.items():
        if name == NAMES:
            names = own_names(packs, value)
            found |= {NAMES: names} if names else {}
        elif name == EXPIRY and name not in specs:
            ends = own_expiry(packs, value)
            found |= {EXPIRY: ends} if ends else {}
        elif name not in specs:
            raise FigureRefused(name=name, fact="unknown_name")
        else:
            fitting = _fitting(name, specs[name], value)
            if name in deep and _depth(fitting) > DEEPEST:
                raise FigureRefused(name=name, fact="unbounded_depth")
            if fitting != _plain(specs[name]["default"]):
                found[name] = fitting
    return found


def own_names(packs: Sequence[Pack], told: Any) -> dict[str, Any]:
    """Return names of assets and ranks in both languages, those alone that are given.

    Raises:
        FigureRefused: an asset or a rank that no pack has, or a name that is none.
    """
    known = {"assets": set(assets(packs)), "ranks": set(ranks(packs))}
    found: dict[str, Any] = {}
    for kind, entries in dict(told).items():
        if kind not in known or not isinstance(entries, Mapping):
            raise FigureRefused(name=str(kind), fact="unknown_name")
        for code, words in entries.items():
            if code not in known[kind] or not isinstance(words, Mapping):
                raise FigureRefused(name=str(code), fact="unknown_name")
            kept = {lang: str(word).strip()[:_LONGEST] for lang, word in words.items() if word}
            if not kept.keys() <= _LANGUAGES:
                raise FigureRefused(name=str(code), fact="unknown_language")
            if kept:
                found.setdefault(kind, {})[code] = kept
    return found


def assets(packs: Sequence[Pack]) -> dict[str, Mapping[str, str]]:
    """Return the assets of packs with their usual names."""
    return {code: asset["names"] for pack in packs for code, asset in pack.assets.items()}


def ranks(packs: Sequence[Pack]) -> list[str]:
    """Return the ranks that packs name, and those that their rates are given for."""
    found: dict[str, None] = {}
    for pack in packs:
        found.update(dict.fromkeys(pack.document.get("ranks", {})))
        for rule in pack.rules:
            spec = rule.get("to")
            rates = spec.get("diff_walk") if isinstance(spec, Mapping) else None
            table = pack.parameters.get(str(rates), {}).get("default")
            found.update(dict.fromkeys(table if isinstance(table, Mapping) else ()))
    return list(found)


def named(
    figures: Mapping[str, Any], kind: str, code: str, usual: Mapping[str, str]
) -> dict[str, str]:
    """Return the name of an asset or a rank in both languages, the shop's own first."""
    own = figures.get(NAMES, {}).get(kind, {}).get(code, {})
    return {lang: own.get(lang) or usual.get(lang, code) for lang in sorted(_LANGUAGES)}


def _depths(packs: Sequence[Pack]) -> set[str]:
    """Return the figures that say how many levels or generations are paid."""
    told: set[str] = set()
    for pack in packs:
        for rule in pack.rules:
            spec = rule.get("to")
            if isinstance(spec, Mapping):
                words = (str(spec.get(word, "")) for word in _DEEP)
                told.update(word.removeprefix("len(").removesuffix(")") for word in words)
    return told


def _depth(value: Any) -> int:
    return len(value) if isinstance(value, list | Mapping) else int(number(value))


def _fitting(name: str, spec: Mapping[str, Any], value: Any) -> Any:
    kind = spec["kind"]
    if kind in _FIGURES:
        return _figure(name, value, whole=kind == "count", share=kind == "percent")
    if kind == "flag":
        if not isinstance(value, bool):
            raise FigureRefused(name=name, fact="not_a_flag")
        return value
    if kind == "text" and is_below_zero(str(value).strip()):
        raise FigureRefused(name=name, fact="negative_rate")
    if kind == "text":
        return str(value).replace("\x00", "").strip()[:_LONGEST_TEXT]
    return _table(name, value, spec["default"])


def _figure(name: str, value: Any, *, whole: bool, share: bool) -> str:
    try:
        figure = number(value if isinstance(value, int) else str(value).strip())
    except NotANumber as error:
        raise FigureRefused(name=name, fact="not_a_number") from error
    if isinstance(value, bool) or (whole and figure.denominator != 1):
        raise FigureRefused(name=name, fact="not_a_number")
    if figure < 0:
        raise FigureRefused(name=name, fact="negative_rate")
    if (share or whole) and figure > _HIGHEST:
        raise FigureRefused(name=name, fact="too_large")
    return _plain(value)


def _table(name: str, value: Any, usual: Any) -> Any:
    fits = isinstance(value, Mapping) if isinstance(usual, Mapping) else isinstance(value, list)
    if not fits or len(value) > _MOST_ROWS:
        raise FigureRefused(name=name, fact="not_a_table")
    for figure in _scalars(value):
        try:
            low = number(figure) < 0
        except NotANumber:
            continue
        if low:
            raise FigureRefused(name=name, fact="negative_rate")
    if _is_flat(usual):
        for figure in _scalars(value):
            _figure(name, figure, whole=False, share=False)
    return _plain(value)


def _is_flat(usual: Any) -> bool:
    cells = list(usual.values() if isinstance(usual, Mapping) else usual)
    return bool(cells) and not any(isinstance(one, list | Mapping) for one in cells)


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _scalars(inner)
    elif value is not None:
        yield value


def _plain(value: Any) -> Any:
    """Return a value as it is kept: figures as text, so that 10 and "10" are the same."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    return str(value).strip()
