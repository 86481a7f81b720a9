"""The version log of a product: who changed what, from what to what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import paged
from kernel.backoffice.products.views import VIEW, product_at
from kernel.catalogue.choices import AfterSalePolicy, OutOfStock, ProductStatus, VariantStatus
from kernel.catalogue.models import Brand, Product, ProductType, ProductVersion, Unit
from kernel.common.money import Money

_LONGEST: Final = 160
_PAGE: Final = 20
_ACTOR: Final = re.compile(r"\A[a-z]+:\S+ \((.*)\)\Z", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_FIELDS: Final[dict[str, Promise]] = {
    "title": gettext_lazy("Name"),
    "handle": gettext_lazy("Address in the shop"),
    "kind": gettext_lazy("Kind"),
    "i18n": gettext_lazy("In other languages"),
    "summary": gettext_lazy("Short text"),
    "description_html": gettext_lazy("Description"),
    "brand_id": gettext_lazy("Brand"),
    "product_type_id": gettext_lazy("Product type"),
    "unit_id": gettext_lazy("Unit"),
    "tags": gettext_lazy("Tags"),
    "status": gettext_lazy("Status"),
    "published_from": gettext_lazy("On sale from"),
    "published_until": gettext_lazy("On sale until"),
    "seo_title": gettext_lazy("Title for search engines"),
    "seo_description": gettext_lazy("Text for search engines"),
    "min_per_order": gettext_lazy("Least in an order"),
    "max_per_order": gettext_lazy("Most in an order"),
    "max_per_member": gettext_lazy("Most for one member, ever"),
    "step": gettext_lazy("Sold in steps of"),
    "after_sale_policy": gettext_lazy("After the sale"),
    "freight_template": gettext_lazy("Freight template"),
    "tax_class": gettext_lazy("Tax class"),
    "attributes": gettext_lazy("Attributes"),
    "sku": gettext_lazy("SKU"),
    "barcode": gettext_lazy("Barcode"),
    "weight_grams": gettext_lazy("Weight (g)"),
    "volume_cm3": gettext_lazy("Volume (cm³)"),
    "cost_minor": gettext_lazy("Cost"),
    "image_id": gettext_lazy("Picture"),
    "out_of_stock": gettext_lazy("When sold out"),
    "oversell_limit": gettext_lazy("How many ahead"),
    "ships_by": gettext_lazy("Ships by"),
}
_NAMES: Final[dict[str, dict[str, Any]]] = {
    "status": {**dict(ProductStatus.choices), **dict(VariantStatus.choices)},
    "after_sale_policy": dict(AfterSalePolicy.choices),
    "out_of_stock": dict(OutOfStock.choices),
}
# Told by what they name; a picture has no name.
_REFERENCES: Final[dict[str, Any]] = {
    "brand_id": Brand,
    "product_type_id": ProductType,
    "unit_id": Unit,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed; ``about`` names the variant, and is empty for the product."""

    about: str
    what: str | Promise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """One entry of the log, for people."""

    row: ProductVersion
    who: str
    differences: list[Difference]


@require_safe
@staff_page(VIEW)
def versions(request: StaffRequest, product: str) -> HttpResponseBase:
    """Show what a product was, newest first, each with what changed."""
    row = product_at(product)
    page = paged(
        request, ProductVersion.objects.filter(product=row).order_by("-number"), size=_PAGE
    )
    context = {"product": row, "page": page, "versions": _versions(row, list(page))}
    return render(request, "backoffice/products/versions.html", context)


def _versions(product: Product, rows: Sequence[ProductVersion]) -> list[Version]:
    numbers = [row.number - 1 for row in rows]
    earlier = ProductVersion.objects.filter(product=product, number__in=numbers)
    before = {row.number: row.data for row in earlier}
    names = _named([row.data for row in (*rows, *earlier)])
    return [
        Version(
            row,
            _who(row.actor),
            list(_differences(before[row.number - 1], row.data, names))
            if row.number - 1 in before
            else [],
        )
        for row in rows
    ]


def _named(snapshots: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of brands, types and units that stand in snapshots; three queries."""
    found: dict[str, str] = {}
    for name, model in _REFERENCES.items():
        keys = {data["product"].get(name) for data in snapshots} - {None}
        found |= {str(row.pk): str(row) for row in model.objects.filter(pk__in=keys)}
    return found


def _who(actor: str) -> str:
    """Return the name of whoever made a change."""
    told = _ACTOR.match(actor)
    return told[1] if told else _("the system")


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[Difference]:
    yield from _changed("", before["product"], after["product"], names)
    if before["options"] != after["options"]:
        yield Difference("", _("Options"), _options(before), _options(after))
    old = {row["id"]: row for row in before["variants"]}
    new = {row["id"]: row for row in after["variants"]}
    for key, row in new.items():
        about = row["title"] or row["sku"]
        if key in old:
            yield from _changed(about, old[key], row, names)
        else:
            yield Difference(about, _("Variant"), "", row["sku"])
    for key, row in old.items():
        if key not in new:
            yield Difference(row["title"] or row["sku"], _("Variant"), row["sku"], "")


def _changed(
    about: str, before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[Difference]:
    for name, label in _FIELDS.items():
        if name in after and before.get(name) != after[name] and (not about or name != "title"):
            old = _text(name, before.get(name), before, names)
            yield Difference(about, label, old, _text(name, after[name], after, names))


def _text(name: str, value: Any, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if value in (None, "", [], {}):
        return ""
    if name == "cost_minor":
        return f"{Money(value, row['currency']).decimal()} {row['currency']}"
    if name in _NAMES:
        return str(_NAMES[name].get(value, value))
    if name in _REFERENCES:
        return names.get(str(value), "…")
    text = _("another one") if name == "image_id" else _flat(value)
    return f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text


def _flat(value: Any) -> str:
    """Return texts, lists and what is nested in one line, without markup."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return " · ".join(text for each in value.values() if (text := _flat(each)))
    return " ".join(_TAG.sub(" ", str(value)).split())


def _options(snapshot: Mapping[str, Any]) -> str:
    told = (f"{each['name']}: {', '.join(each['values'])}" for each in snapshot["options"])
    return " · ".join(told)[:_LONGEST]
