"""How the tax of a withdrawal came about, in the words of the person who pays it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.catalogue.texts import in_language
from kernel.common.money import Money
from kernel.wallet.tax.catalogue import category, place_names


def category_name(code: str, *, on: date) -> str:
    """Return place and name of a category; the shop's own share has a name too."""
    found = category(code, on=on) if code else None
    if found is None:
        return code or _("The shop's own share")
    language = get_language()
    place = in_language(place_names(code), language)
    return f"{place} · {in_language(found.names, language)}"


def explained(basis: Mapping[str, Any], code: str, *, currency: str, on: date) -> list[str]:
    """Return sentences that lead from the income to the tax; none where nothing is reckoned."""
    found = category(code, on=on) if code else None
    if found is None or not basis:
        return []
    lines = [category_name(code, on=on)]
    if basis.get("method") == "flat":
        told = {"income": _money(basis, "income", currency), "rate": _rate(basis)}
        lines.append(_("%(rate)s%% of %(income)s") % told)
    if basis.get("method") == "cumulative":
        lines += _cumulative(basis, currency)
    lines.append(_("By: %(source)s") % {"source": in_language(found.sources, get_language())})
    return lines


def _cumulative(basis: Mapping[str, Any], currency: str) -> list[str]:
    names = ("income", "expense", "free", "taxable", "quick", "due", "before", "tax")
    told: dict[str, object] = {name: _money(basis, name, currency) for name in names}
    told |= {"months": basis["months"], "rate": _rate(basis)}
    return [
        _(
            "Income of the year %(income)s − expenses %(expense)s − free for %(months)s "
            "months %(free)s = taxable %(taxable)s"
        )
        % told,
        _("%(taxable)s × %(rate)s%% − %(quick)s = due for the year %(due)s") % told,
        _("%(due)s − withheld before %(before)s = %(tax)s now, never below zero") % told,
    ]


def _money(basis: Mapping[str, Any], name: str, currency: str) -> str:
    return Money(int(basis[f"{name}_minor"]), currency).decimal()


def _rate(basis: Mapping[str, Any]) -> str:
    return f"{int(basis['rate_bp']) / 100:g}"
