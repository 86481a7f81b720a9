"""What only coupons do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from kernel.promotions import checks
from kernel.promotions.actions.contract import Action, off_text
from kernel.promotions.case import Benefit, CaseLine, spread
from kernel.promotions.conditions import ShowAmount


class Amount(Action):
    """So much off. ``{"off_minor": 1000}``."""

    code = "amount"
    label = gettext_lazy("Money off")
    is_for_coupons = True

    @override
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = checks.only(terms, ("off_minor",), "terms")
        return {"off_minor": checks.amount(told.get("off_minor"), "terms.off_minor")}

    @override
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        off = spread(terms["off_minor"], lines)
        return Benefit(off, frozenset(line.key for line in lines))

    @override
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        return off_text(terms["off_minor"], 0, show)


class Exchange(Action):
    """One piece of something in the cart is free. ``{"variant": "var_…"}``."""

    code = "exchange"
    label = gettext_lazy("One piece for free")
    is_for_coupons = True

    @override
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = checks.only(terms, ("variant",), "terms")
        return {"variant": checks.variant(told.get("variant"), "terms.variant")}

    @override
    def read(self, terms: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"wanted": checks.variant_id(terms["variant"])}

    @override
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        line = next((each for each in lines if each.variant_id == terms["wanted"]), None)
        if line is None or not line.piece_minor:
            return Benefit()
        return Benefit({line.key: line.piece_minor}, frozenset({line.key}))

    @override
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        return _("one piece for free")

    @override
    def variants(self, terms: Mapping[str, Any]) -> Iterable[UUID]:
        return (terms["wanted"],)
