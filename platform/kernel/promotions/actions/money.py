"""Money off: in steps, or a part of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from kernel.common.money import BASIS_POINTS
from kernel.promotions import checks
from kernel.promotions.actions.contract import Action, off_text
from kernel.promotions.case import Benefit, CaseLine, pieces, spread, worth
from kernel.promotions.conditions import Missing, ShowAmount
from kernel.promotions.errors import InvalidPromotion

MOST_TIERS: Final = 10
_AMOUNT: Final = "amount"
_PIECES: Final = "pieces"
_BEGINS: Final = {_AMOUNT: "from_minor", _PIECES: "from"}


def part_of(minor: int, basis_points: int) -> int:
    """Return a part of an amount, half a cent rounded up."""
    return (minor * basis_points + BASIS_POINTS // 2) // BASIS_POINTS


class Reduction(Action):
    """So much off from so much on, in up to ten steps; or again for each so much.

    ``{"by": "amount", "tiers": [{"from_minor": 10000, "off_minor": 1000}], "repeats": false}``;
    a step takes ``off_minor`` or ``off_bp``, and by pieces it begins at ``from``.
    """

    code = "reduction"
    label = gettext_lazy("Money off from an amount on")

    @override
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = checks.only(terms, ("by", "tiers", "repeats"), "terms")
        by, tiers, repeats = told.get("by", _AMOUNT), told.get("tiers"), told.get("repeats", False)
        if by not in {_AMOUNT, _PIECES} or not isinstance(repeats, bool):
            raise InvalidPromotion(field="terms.by")
        if not isinstance(tiers, (list, tuple)) or not 1 <= len(tiers) <= MOST_TIERS:
            raise InvalidPromotion(_("One to ten steps are expected."), field="terms.tiers")
        if repeats and len(tiers) > 1:
            raise InvalidPromotion(_("Only a single step can repeat."), field="terms.repeats")
        name = _BEGINS[by]
        found = sorted((self._tier(tier, by) for tier in tiers), key=lambda tier: tier[name])
        if len({tier[name] for tier in found}) < len(found):
            raise InvalidPromotion(_("Two steps begin at the same."), field="terms.tiers")
        if repeats and "off_bp" in found[0]:
            raise InvalidPromotion(_("Only an amount can repeat."), field="terms.repeats")
        return {"by": by, "tiers": found, "repeats": repeats}

    @staticmethod
    def _tier(value: object, by: str) -> dict[str, int]:
        name = _BEGINS[by]
        told = checks.only(value, (name, "off_minor", "off_bp"), "terms.tiers")
        least = checks.amount if by == _AMOUNT else checks.count
        begins = least(told.get(name), f"terms.tiers.{name}")
        if told.get("off_bp"):
            return {name: begins, "off_bp": checks.percent(told["off_bp"], "terms.tiers.off_bp")}
        off = checks.amount(told.get("off_minor"), "terms.tiers.off_minor")
        if by == _AMOUNT and off > begins:
            text = _("More off than there is to pay.")
            raise InvalidPromotion(text, field="terms.tiers.off_minor")
        return {name: begins, "off_minor": off}

    @override
    def read(self, terms: Mapping[str, Any]) -> Mapping[str, Any]:
        name = _BEGINS[terms["by"]]
        return {**terms, "tiers": [{**tier, "from": tier[name]} for tier in terms["tiers"]]}

    @override
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        reached = self._measure(terms, lines)
        tier = next((each for each in reversed(terms["tiers"]) if each["from"] <= reached), None)
        if tier is None:
            return Benefit()
        times = reached // tier["from"] if terms["repeats"] else 1
        off = tier["off_minor"] * times if "off_minor" in tier else 0
        off = off or part_of(worth(lines), tier.get("off_bp", 0))
        return Benefit(spread(off, lines), frozenset(line.key for line in lines))

    @override
    def missing(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Missing | None:
        reached = self._measure(terms, lines)
        step = next((each["from"] for each in terms["tiers"] if each["from"] > reached), None)
        if terms["repeats"]:
            first = terms["tiers"][0]["from"]
            step = (reached // first + 1) * first
        if step is None:
            return None
        left = step - reached
        return Missing(minor=left) if terms["by"] == _AMOUNT else Missing(pieces=left)

    @override
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        return _("; ").join(self._step_text(terms, tier, show) for tier in terms["tiers"])

    @staticmethod
    def _step_text(terms: Mapping[str, Any], tier: Mapping[str, int], show: ShowAmount) -> str:
        off = off_text(tier.get("off_minor", 0), tier.get("off_bp", 0), show)
        if terms["by"] == _PIECES:
            return _("%(count)s pieces: %(off)s") % {"count": tier["from"], "off": off}
        amount = show(tier["from"])
        if terms["repeats"]:
            return _("every %(amount)s: %(off)s") % {"amount": amount, "off": off}
        return _("from %(amount)s: %(off)s") % {"amount": amount, "off": off}

    @staticmethod
    def _measure(terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> int:
        return worth(lines) if terms["by"] == _AMOUNT else pieces(lines)


class Discount(Action):
    """A part of everything off, or an amount off each piece.

    ``{"off_bp": 2000, "cap_minor": 5000}`` or ``{"piece_minor": 300}``.
    """

    code = "discount"
    label = gettext_lazy("Per cent or an amount off")

    @override
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = checks.only(terms, ("off_bp", "cap_minor", "piece_minor"), "terms")
        if told.get("piece_minor"):
            return {"piece_minor": checks.amount(told["piece_minor"], "terms.piece_minor")}
        found = {"off_bp": checks.percent(told.get("off_bp"), "terms.off_bp")}
        if told.get("cap_minor"):
            found["cap_minor"] = checks.amount(told["cap_minor"], "terms.cap_minor")
        return found

    @override
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        keys = frozenset(line.key for line in lines)
        if piece := terms.get("piece_minor"):
            off = {line.key: min(piece * line.quantity, line.left_minor) for line in lines}
            return Benefit({key: minor for key, minor in off.items() if minor}, keys)
        whole = part_of(worth(lines), terms["off_bp"])
        return Benefit(spread(min(whole, terms.get("cap_minor", whole)), lines), keys)

    @override
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        if piece := terms.get("piece_minor"):
            return _("%(amount)s off each piece") % {"amount": show(piece)}
        off = off_text(0, terms["off_bp"], show)
        if cap := terms.get("cap_minor"):
            return _("%(off)s, at most %(amount)s") % {"off": off, "amount": show(cap)}
        return off
