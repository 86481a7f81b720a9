"""Lists narrowed down by facets, with an address for each further choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.common.money import Money
from kernel.search.asking import chosen_attributes, wanted_of, written_attributes
from kernel.search.choices import Sort
from kernel.search.selectors import OPTION, RATING, Choice, ShownFacet, shown_facets
from kernel.search.values import Facets, Wanted
from themes.contract import Binding, PageContext
from themes.shop.amounts import shown

NARROWING: Final = (
    "within", "brand", "attributes", "options", "min_price", "max_price", "in_stock",
    "rating",
)  # fmt: skip
"""Parameters of pages that narrow a list down."""


def asked_in(binding: Binding) -> dict[str, str]:
    """Return what a page's address says of searching, narrowing and order."""
    names = ("q", "sort", *NARROWING)
    return {name: str(value) for name in names if (value := binding.get(name))}


def wanted_by(
    asked: Mapping[str, str], page: PageContext, *, category_id: UUID | None, first: int, limit: int
) -> Wanted:
    """Return the search that a page asks for."""
    within = {"category": asked["within"]} if "within" in asked else {}
    usual = Sort.RELEVANCE if asked.get("q") else Sort.NEWEST
    plain = wanted_of({**asked, **within}, currency=page.currency, now=page.now, usual=usual)
    chosen = category_id or plain.category_id
    return replace(plain, category_id=chosen, first=first, limit=limit)


def filters(
    facets: Facets, wanted: Wanted, asked: Mapping[str, str], href: str, page: PageContext
) -> dict[str, Any]:
    """Return what the list can be narrowed down by, and what it is narrowed down by."""
    kept = {name: asked[name] for name in ("q", "sort") if name in asked}
    groups = [
        _group(each, asked, href)
        for each in shown_facets(facets, wanted, language=page.language)
        if each.code != "category" or not href.startswith("/categories/")
    ]
    stock = {**asked, "in_stock": "1"}
    if wanted.only_in_stock:
        stock.pop("in_stock")
    bounds = {"lowest": facets.lowest_minor, "highest": facets.highest_minor}
    return {
        "groups": groups,
        "href": href,
        "chosen": sum(1 for name in NARROWING if name in asked),
        "clear": address(href, kept),
        "stock": {
            "href": address(href, stock),
            "count": facets.in_stock,
            "is_chosen": wanted.only_in_stock,
        },
        "hidden": [
            {"name": name, "value": value}
            for name, value in asked.items()
            if name not in {"min_price", "max_price"}
        ],
        "min_price": asked.get("min_price", ""),
        "max_price": asked.get("max_price", ""),
        **{
            name: "" if minor is None else shown(Money(minor, page.currency))["text"]
            for name, minor in bounds.items()
        },
    }


def address(href: str, query: Mapping[str, str]) -> str:
    """Return an address with a query."""
    return f"{href}?{urlencode(query)}" if query else href


def _group(facet: ShownFacet, asked: Mapping[str, str], href: str) -> dict[str, Any]:
    titles = {"category": _("Category"), "brand": _("Brand"), RATING: _("Rating")}
    return {
        "title": titles.get(facet.code) or facet.title,
        "choices": [
            {
                "title": _words(facet, each),
                "count": each.count,
                "is_chosen": each.is_chosen,
                "href": address(href, _toggled(facet, each, asked)),
            }
            for each in facet.choices
        ],
    }


def _words(facet: ShownFacet, choice: Choice) -> str:
    if facet.kind == "boolean":
        return {"yes": _("Yes"), "no": _("No")}.get(choice.key, choice.title)
    if facet.kind == RATING:
        return _("%(stars)s stars and more") % {"stars": choice.key}
    return choice.title


def _toggled(facet: ShownFacet, choice: Choice, asked: Mapping[str, str]) -> dict[str, str]:
    """Return the query with a choice made, or taken back."""
    found = dict(asked)
    if facet.kind == "category":
        found["within"] = "" if choice.is_chosen else choice.key
    elif facet.kind == RATING:
        found["rating"] = "" if choice.is_chosen else choice.key
    elif facet.kind == "brand":
        handles = [each for each in asked.get("brand", "").split(",") if each]
        found["brand"] = ",".join(_other(tuple(handles), choice))
    else:
        name = "options" if facet.kind == OPTION else "attributes"
        chosen = chosen_attributes(asked.get(name, ""))
        chosen[facet.code] = _other(chosen.get(facet.code, ()), choice)
        found[name] = written_attributes(chosen)
    return {name: value for name, value in found.items() if value}


def _other(values: tuple[str, ...], choice: Choice) -> tuple[str, ...]:
    if choice.is_chosen:
        return tuple(each for each in values if each != choice.key)
    return (*values, choice.key)
