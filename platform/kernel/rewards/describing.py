"""The rules of modes in words, made from what runs: what members read before they take part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kernel.i18n.days import day_text
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Programme
from kernel.rewards.packs.expiry import Expiry, expiries
from kernel.rewards.packs.figures import assets, named
from kernel.rewards.packs.loading import Pack, bundle
from kernel.rewards.permission import is_permitted

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_RATE: Final = re.compile(r"^pct\((\w+)(\[level - 1\])?, order\.(base|paid)\)$")


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule: when it pays, whom, how much, and when that is available."""

    code: str
    when: str
    whom: str
    amount: str
    release: str


@dataclass(frozen=True, slots=True)
class ModeText:
    """One mode: its rules and every figure that the shop set."""

    code: str
    name: str
    rules: tuple[RuleText, ...]
    figures: tuple[tuple[str, str], ...]


def modes_in_words() -> list[ModeText]:
    """Return every mode that runs in the shop and is permitted now."""
    rows = Programme.objects.filter(state=ProgrammeState.LIVE).order_by("id")
    found: list[ModeText] = []
    for row in rows:
        if is_permitted(row.packs, row.parameters):
            found.extend(mode_in_words(pack, row.parameters) for pack in _own(row))
    return found


def _own(programme: Programme) -> list[Pack]:
    packs = bundle(programme.packs, sale=False)
    return [pack for pack in packs if pack.code in programme.packs]


def mode_in_words(pack: Pack, parameters: Mapping[str, Any]) -> ModeText:
    """Return a mode with a shop's own figures in words of the current language."""
    figures = {**pack.defaults(), **parameters}
    return ModeText(
        code=pack.code,
        name=_named(pack.names),
        rules=tuple(
            _rule(pack, rule, figures)
            for rule in pack.rules
            if "amount" in rule and rule.get("accrue", True)
        ),
        figures=(*_figures(pack, figures), *endings_in_words([pack], figures)),
    )


def _named(names: Mapping[str, str]) -> str:
    language = "zh" if str(get_language()).startswith("zh") else "en"
    return str(names.get(language) or names.get("en") or "")


def _rule(pack: Pack, rule: Mapping[str, Any], figures: Mapping[str, Any]) -> RuleText:
    return RuleText(
        code=str(rule["id"]),
        when=_when(rule["on"]),
        whom=_whom(rule, figures),
        amount=_amount(pack, rule, figures),
        release=_release(str(rule.get("release", "immediate"))),
    )


def _when(stages: object) -> str:
    stage = str(stages[0] if isinstance(stages, list) else stages)
    kind, _open, inner = stage.partition("(")
    texts = {
        "order.paid": _("When an order is paid"),
        "order.completed": _("When an order has arrived"),
        "order.verified": _("When goods were picked up"),
        "order.return_window_closed": _("When an order can no longer be returned"),
        "order.refunded": _("When an order is refunded"),
        "member.registered": _("When an account is opened"),
        "member.opened": _("When an account is opened"),
        "referral.count_reached": _("When enough people came by you"),
        "rank.promoted": _("When a rank is reached"),
        "task.done": _("When a task is done"),
    }
    periods = {
        "day": _("At the end of each day"),
        "week": _("At the end of each week"),
        "month": _("At the end of each month"),
    }
    if kind == "period.closed":
        return periods.get(inner.rstrip(")"), _("At the end of each period"))
    if kind.startswith("group."):
        return _("In a group buy")
    return texts.get(kind, _("By an event of the mode"))


def _whom(rule: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    spec = rule.get("to")
    if isinstance(spec, Mapping):
        return _chosen(spec, figures)
    texts = {
        "order.buyer": _("the buyer"),
        "sponsor(order.buyer)": _("whoever invited the buyer"),
        "sponsor(event.member)": _("whoever invited the member"),
        "event.member": _("the member"),
    }
    if spec is None:
        return _("a pool of the shop")
    return texts.get(str(spec), _("who has a part in the order"))


def _chosen(spec: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    if "uplines" in spec:
        where = re.fullmatch(r"level == (\d+)", str(spec.get("where", "")))
        if where:
            return _("whoever stands %(level)s above the buyer") % {"level": where.group(1)}
        counted = re.fullmatch(r"len\((\w+)\)|(\w+)", str(spec["uplines"]))
        name = (counted.group(1) or counted.group(2)) if counted else ""
        value = figures.get(name, name)
        levels = len(value) if isinstance(value, list) else value
        return _("those above the buyer, up to %(levels)s levels") % {"levels": levels}
    by_rank, in_turn = _("those above the buyer by their rank"), _("those whose turn it is")
    texts = {
        "diff_walk": by_rank,
        "peer": by_rank,
        "nearest": by_rank,
        "region": _("the agent of the region"),
        "round": _("those who took part"),
        "queue": in_turn,
        "open_orders": in_turn,
    }
    words = (text for word, text in texts.items() if word in spec)
    return next(words, _("all members who qualify"))


def _amount(pack: Pack, rule: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    text = str(rule["amount"])
    rate = _RATE.match(text)
    if rate and rate.group(1) in figures:
        value = figures[rate.group(1)]
        at = re.search(r"level == (\d+)", str(rule.get("to")))
        if rate.group(2) and at and isinstance(value, list):
            value = value[int(at.group(1)) - 1]
        shown = _value(value, "percent")
        return _("%(rate)s of the order") % {"rate": shown}
    used = [name for name in dict.fromkeys(_WORD.findall(text)) if name in pack.parameters]
    if used == [text]:
        return _value(figures[text], str(pack.parameters[text].get("kind", "")))
    if used:
        return ", ".join(_labelled(pack, name, figures) for name in used)
    return _("as much as the mode reckons")


def _labelled(pack: Pack, name: str, figures: Mapping[str, Any]) -> str:
    spec = pack.parameters[name]
    return f"{_named(spec)} {_value(figures.get(name), str(spec.get('kind', '')))}"


def _value(value: Any, kind: str) -> str:
    unit = "\u00a0%" if kind == "percent" else ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_value(one, kind)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return " / ".join(_value(one, "") for one in value) + unit
    return f"{value}{unit}"


def _release(word: str) -> str:
    return {
        "immediate": _("available at once"),
        "return_window": _("available once the order can no longer be returned"),
        "delay": _("available some days later"),
        "locked": _("locked until the mode releases it"),
        "coupon": _("as a coupon"),
    }.get(word, _("as the mode says"))


def endings_in_words(
    packs: Sequence[Pack], figures: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield what of modes expires, and when."""
    usual = assets(packs)
    for code, rule in expiries(packs, figures).items():
        name = _named(named(figures, "assets", code, usual[code]))
        yield _("%(units)s can be used until") % {"units": name}, _until(rule)


def _until(rule: Expiry) -> str:
    if rule.on is None:
        return ngettext(
            "%(days)s day after they are available",
            "%(days)s days after they are available",
            rule.days,
        ) % {"days": rule.days}
    return _("%(day)s, later ones until that day of a later year") % {"day": day_text(rule.on)}


def _figures(pack: Pack, figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, spec in pack.parameters.items():
        yield _named(spec) or name, _value(figures.get(name), str(spec.get("kind", "")))
