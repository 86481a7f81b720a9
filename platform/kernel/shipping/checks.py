"""What a freight template may say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from kernel.common.money import LARGEST_MINOR
from kernel.members.regions import enclosing
from kernel.shipping.choices import FreeMatch
from kernel.shipping.errors import InvalidTemplate, RegionsOverlap
from kernel.shipping.places import EVERYWHERE, canonical, is_region, region_name
from kernel.shipping.rules import Rule

MOST_RULES: Final = 60
MOST_REGIONS: Final = 4_000
LARGEST_UNITS: Final = 1_000_000_000
LONGEST_REASON: Final = 200
CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII)


def checked_rules(rules: Sequence[Rule]) -> list[Rule]:
    """Check the lines of a template; regions are kept once, by their present codes.

    Raises:
        InvalidTemplate: a line says something that cannot be.
        RegionsOverlap: a region stands in two lines, by itself or as part of another.
    """
    if not rules or len(rules) > MOST_RULES:
        text = _("From 1 to %(most)s lines of regions are expected.") % {"most": MOST_RULES}
        raise InvalidTemplate(text, field="rules")
    kept = [_checked(rule, place) for place, rule in enumerate(rules)]
    if sum(len(rule.regions) for rule in kept) > MOST_REGIONS:
        raise InvalidTemplate(_("These are too many regions."), field="rules")
    _refuse_overlaps(kept)
    if not any(rule.delivers for rule in kept):
        raise InvalidTemplate(_("At least one line must deliver."), field="rules")
    return kept


def _checked(rule: Rule, place: int) -> Rule:
    for field, text in _faults(rule):
        raise InvalidTemplate(text, field=field, rule=place)
    return rule


def _faults(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a line, by field."""
    if not rule.regions:
        yield "regions", _("Please choose a region.")
    for code in rule.regions:
        if code != EVERYWHERE and not is_region(code):
            yield "regions", _("“%(code)s” is no region.") % {"code": code[:12]}
    yield from _wrong_numbers(rule)
    if rule.more_minor and not rule.more:
        yield "more", _("For how much more is the further price?")
    if rule.free.match not in FreeMatch.values:
        yield "free.match", _("Choose one of the values offered.")
    if not _are_reasons(rule.reasons):
        yield "reasons", _("At most %(count)s characters are expected.") % {"count": LONGEST_REASON}


def _wrong_numbers(rule: Rule) -> Iterator[tuple[str, str]]:
    amounts = {
        "first_minor": rule.first_minor,
        "more_minor": rule.more_minor,
        "surcharge_minor": rule.surcharge_minor,
        "free.amount_minor": rule.free.amount_minor or 0,
    }
    for name, minor in amounts.items():
        if not 0 <= minor <= LARGEST_MINOR:
            yield name, _("An amount from 0 on is expected.")
    counts = {
        "first": (rule.first, 1),
        "more": (rule.more, 0),
        "free.pieces": (rule.free.pieces, 1),
        "free.grams": (rule.free.grams, 1),
    }
    for name, (value, least) in counts.items():
        if value is not None and not least <= value <= LARGEST_UNITS:
            yield name, _("A number from %(least)s on is expected.") % {"least": least}


def _are_reasons(reasons: Mapping[str, str]) -> bool:
    return all(
        _LANGUAGE.fullmatch(language) and len(text) <= LONGEST_REASON and "\x00" not in text
        for language, text in reasons.items()
    )


def _refuse_overlaps(rules: Sequence[Rule]) -> None:
    """Refuse a region that stands in two lines; within one line nothing can contradict."""
    line_of: dict[str, int] = {}
    for place, rule in enumerate(rules):
        for code in map(canonical, rule.regions):
            other = line_of.setdefault(code, place)
            if other != place:
                raise _overlap(code, code, place, other)
    for code, place in line_of.items():
        if code == EVERYWHERE:
            continue
        for above in enclosing(code)[1:]:
            other = line_of.get(above, place)
            if other != place:
                raise _overlap(code, above, place, other)


def _overlap(code: str, above: str, place: int, other: int) -> RegionsOverlap:
    told = {
        "region": _("everywhere else") if code == EVERYWHERE else region_name(code),
        "whole": region_name(above),
        "line": other + 1,
    }
    if code == above:
        text = _("%(region)s stands in line %(line)s already.") % told
    else:
        text = _("%(region)s is part of %(whole)s, which stands in line %(line)s.") % told
    return RegionsOverlap(text, field="regions", rule=place, other=other, region=code)
