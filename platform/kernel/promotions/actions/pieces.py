"""What depends on single pieces: every nth cheaper, some together for a price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from kernel.common.money import BASIS_POINTS, split_minor
from kernel.promotions import checks
from kernel.promotions.actions.contract import Action
from kernel.promotions.actions.money import part_of
from kernel.promotions.case import Benefit, CaseLine, pieces
from kernel.promotions.conditions import Missing, ShowAmount
from kernel.promotions.errors import InvalidPromotion

_FEWEST: Final = 2
_MOST: Final = 100


def cheapest_first(lines: Sequence[CaseLine]) -> list[CaseLine]:
    """Return lines by what a piece costs; among equals as they stand."""
    return sorted(lines, key=lambda line: (line.piece_minor, line.key))


def take(lines: Sequence[CaseLine], wanted: int) -> Iterator[tuple[CaseLine, int]]:
    """Yield so many pieces, from the first lines on."""
    for line in lines:
        taken = min(line.quantity, wanted)
        wanted -= taken
        if taken:
            yield line, taken


class NthPiece(Action):
    """Every nth piece is cheaper, the cheapest ones first.

    ``{"nth": 2, "off_bp": 5000, "alike": false}``; with ``alike`` each product counts for itself.
    """

    code = "nth"
    label = gettext_lazy("Every nth piece cheaper")

    @override
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = checks.only(terms, ("nth", "off_bp", "alike"), "terms")
        if not isinstance(told.get("alike", False), bool):
            raise InvalidPromotion(field="terms.alike")
        return {
            "nth": checks.whole(_FEWEST, _MOST)(told.get("nth"), "terms.nth"),
            "off_bp": checks.percent(told.get("off_bp"), "terms.off_bp"),
            "alike": told.get("alike", False),
        }

    @override
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        off: dict[int, int] = {}
        for group in self._groups(terms, lines):
            cheaper = pieces(group) // terms["nth"]
            for line, taken in take(cheapest_first(group), cheaper):
                minor = part_of(line.piece_minor * taken, terms["off_bp"])
                if minor:
                    off[line.key] = min(minor, line.left_minor)
        return Benefit(off, frozenset(line.key for line in lines) if off else frozenset())

    @staticmethod
    def _groups(
        terms: Mapping[str, Any], lines: Sequence[CaseLine]
    ) -> Iterator[Sequence[CaseLine]]:
        if not terms["alike"]:
            yield lines
            return
        ordered = sorted(lines, key=lambda line: (line.product_id, line.key))
        for _product, group in groupby(ordered, key=lambda line: line.product_id):
            yield list(group)

    @override
    def missing(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Missing | None:
        if not lines or terms["alike"]:
            return None
        left = terms["nth"] - pieces(lines) % terms["nth"]
        return Missing(pieces=left) if left < terms["nth"] else None

    @override
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        told = {"nth": terms["nth"], "percent": f"{terms['off_bp'] / 100:g}"}
        if terms["off_bp"] == BASIS_POINTS:
            return _("1 of %(nth)s pieces free") % told
        return _("1 of %(nth)s pieces %(percent)s%% off") % told


class Bundle(Action):
    """Some pieces together for a price, as often as there are enough; the dearest first.

    ``{"pieces": 3, "price_minor": 9900}``.
    """

    code = "bundle"
    label = gettext_lazy("Some pieces for a price")

    @override
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = checks.only(terms, ("pieces", "price_minor"), "terms")
        return {
            "pieces": checks.whole(_FEWEST, _MOST)(told.get("pieces"), "terms.pieces"),
            "price_minor": checks.amount(told.get("price_minor"), "terms.price_minor"),
        }

    @override
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        size, price = terms["pieces"], terms["price_minor"]
        dearest = sorted(lines, key=lambda line: (-line.piece_minor, line.key))
        best: dict[int, tuple[int, int]] = {}
        best_off = 0
        # The dearest pieces first; one bundle more only while it is worth it.
        for times in range(1, min(pieces(lines) // size, _MOST) + 1):
            chosen = {
                line.key: (line.piece_minor * taken, taken)
                for line, taken in take(dearest, times * size)
            }
            off = sum(minor for minor, _taken in chosen.values()) - times * price
            if off <= best_off:
                break
            best, best_off = chosen, off
        return self._benefit(best, best_off)

    @staticmethod
    def _benefit(chosen: Mapping[int, tuple[int, int]], off: int) -> Benefit:
        if not off:
            return Benefit()
        keys = list(chosen)
        shares = split_minor(off, [chosen[key][0] for key in keys])
        return Benefit(
            {key: share for key, share in zip(keys, shares, strict=True) if share}, frozenset(keys)
        )

    @override
    def missing(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Missing | None:
        if not lines:
            return None
        left = terms["pieces"] - pieces(lines) % terms["pieces"]
        return Missing(pieces=left) if left < terms["pieces"] else None

    @override
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        told = {"pieces": terms["pieces"], "price": show(terms["price_minor"])}
        return _("any %(pieces)s for %(price)s") % told
