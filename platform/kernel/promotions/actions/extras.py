"""What comes with the goods: gifts, things at a special price, shipping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from kernel.common.money import LARGEST_MINOR
from kernel.promotions import checks
from kernel.promotions.actions.contract import Action
from kernel.promotions.case import Benefit, CaseLine, Gift
from kernel.promotions.conditions import ShowAmount
from kernel.promotions.errors import InvalidPromotion

MOST_ITEMS: Final = 20
_MOST_GIFTS: Final = 100


class GiveGift(Action):
    """Something comes along for nothing, while there is any.

    ``{"variant": "var_…", "quantity": 1}``.
    """

    code = "gift"
    label = gettext_lazy("Gift")
    stacking = "gift"
    lowers_prices = False

    @override
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = checks.only(terms, ("variant", "quantity"), "terms")
        return {
            "variant": checks.variant(told.get("variant"), "terms.variant"),
            "quantity": checks.whole(1, _MOST_GIFTS)(told.get("quantity", 1), "terms.quantity"),
        }

    @override
    def read(self, terms: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"gift": Gift(checks.variant_id(terms["variant"]), terms["quantity"])}

    @override
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        return Benefit(lines=frozenset(line.key for line in lines), gifts=(terms["gift"],))

    @override
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        return _("with a gift")

    @override
    def variants(self, terms: Mapping[str, Any]) -> Iterable[UUID]:
        return (terms["gift"].variant_id,)


class AddOn(Action):
    """Things can be had at a special price beside goods in the scope.

    ``{"items": [{"variant": "var_…", "price_minor": 990}], "most": 1}``; what is cheaper
    than its special price stays so. The things themselves do not count for conditions.
    """

    code = "add_on"
    label = gettext_lazy("Add-on at a special price")
    stacking = "add_on"

    @override
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = checks.only(terms, ("items", "most"), "terms")
        items = told.get("items")
        if not isinstance(items, (list, tuple)) or not 1 <= len(items) <= MOST_ITEMS:
            raise InvalidPromotion(_("One to twenty things are expected."), field="terms.items")
        found = {}
        for each in items:
            item = checks.only(each, ("variant", "price_minor"), "terms.items")
            key = checks.variant(item.get("variant"), "terms.items.variant")
            found[key] = checks.price(item.get("price_minor"), "terms.items.price_minor")
        return {
            "items": [{"variant": key, "price_minor": price} for key, price in found.items()],
            "most": checks.whole(1, _MOST_GIFTS)(told.get("most", 1), "terms.most"),
        }

    @override
    def read(self, terms: Mapping[str, Any]) -> Mapping[str, Any]:
        prices = {
            checks.variant_id(item["variant"]): item["price_minor"] for item in terms["items"]
        }
        return {"prices": prices, "most": terms["most"]}

    @override
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        prices: Mapping[UUID, int] = terms["prices"]
        left: int = terms["most"]
        off: dict[int, int] = {}
        # The saving is the greatest where the distance is.
        offered = [line for line in lines if line.variant_id in prices]
        offered.sort(key=lambda line: (prices[line.variant_id] - line.piece_minor, line.key))
        for line in offered:
            taken = min(left, line.quantity)
            saved = (line.piece_minor - prices[line.variant_id]) * taken
            if taken and saved > 0:
                left -= taken
                off[line.key] = saved
        return Benefit(off, frozenset(off))

    @override
    def counts(self, terms: Mapping[str, Any], line: CaseLine) -> bool:
        return line.variant_id not in terms["prices"]

    @override
    def reaches(self, terms: Mapping[str, Any], line: CaseLine) -> bool:
        return line.variant_id in terms["prices"]

    @override
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        return _("add-ons from %(amount)s") % {"amount": show(min(terms["prices"].values()))}

    @override
    def variants(self, terms: Mapping[str, Any]) -> Iterable[UUID]:
        keys: Iterable[UUID] = terms["prices"]
        return keys


class FreeShipping(Action):
    """Shipping costs nothing, or so much less. ``{"cap_minor": 1000}``, or ``{}``."""

    code = "free_shipping"
    label = gettext_lazy("Free shipping")
    stacking = "freight"
    lowers_prices = False

    @override
    def checked(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = checks.only(terms, ("cap_minor",), "terms")
        if not told.get("cap_minor"):
            return {}
        return {"cap_minor": checks.amount(told["cap_minor"], "terms.cap_minor")}

    @override
    def work(self, terms: Mapping[str, Any], lines: Sequence[CaseLine]) -> Benefit:
        cap = terms.get("cap_minor", LARGEST_MINOR)
        return Benefit(lines=frozenset(line.key for line in lines), freight_cap_minor=cap)

    @override
    def text(self, terms: Mapping[str, Any], show: ShowAmount) -> str:
        if cap := terms.get("cap_minor"):
            return _("up to %(amount)s of the shipping") % {"amount": show(cap)}
        return _("free shipping")
