"""Variants with prices and stock in one grid; the options that they come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.products.forms import OptionsForm, VariantForm, refuse
from kernel.backoffice.products.selectors import (
    GridRow,
    grid_of,
    options_of,
    pictures_of,
)
from kernel.backoffice.products.views import MANAGE, product_at
from kernel.catalogue.models import Product
from kernel.catalogue.ports import SetPrice
from kernel.catalogue.services import VariantFields, save_priced_grid, set_options
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id, public_id
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.inventory.services import StockLine, adjust, default_location
from kernel.inventory.values import UNTRACKED

STOCK = "stock.manage"
# More would send more fields than a request may have.
MOST_ROWS = 250
MOST_WHOLE_ROWS = 150


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def grid(request: StaffRequest, product: str) -> HttpResponseBase:
    """Show all variants, and save all of them, or none."""
    row = product_at(product)
    rows = grid_of(row)[:MOST_ROWS]
    has_stock = row.kind not in UNTRACKED
    data = request.POST if request.method == "POST" else None
    forms = _forms(row, rows, data)
    fault = ""
    if data is not None:
        fault = _("Please look at the marked fields.")
        # Each of them, so that each says what is wrong with it.
        are_valid = [form.is_valid() for _row, form in forms]
        if all(are_valid):
            try:
                _save(row, forms, request, with_stock=has_stock and request.person.may(STOCK))
            except DomainError as refusal:
                fault = _placed(forms, refusal)
            else:
                messages.success(request, _("The variants were saved."))
                return redirect(f"/products/{row.public_id}/variants/")
    context = {
        "product": row,
        "rows": forms,
        "fault": fault,
        "has_stock": has_stock,
        "options": _options_form(row),
    }
    status = 422 if fault else 200
    return render(request, "backoffice/products/variants.html", context, status=status)


def _forms(
    product: Product, rows: list[GridRow], data: QueryDict | None
) -> list[tuple[GridRow, VariantForm]]:
    images = [
        (picture.public_id, picture.alt or str(number))
        for number, (picture, _link) in enumerate(pictures_of(product), start=1)
    ]
    whole = len(rows) <= MOST_WHOLE_ROWS
    if data is not None and not any(name.endswith("-out_of_stock") for name in data):
        whole = False
    return [(each, _form(each, data, images=images, whole=whole)) for each in rows]


def _form(
    row: GridRow, data: QueryDict | None, *, images: Sequence[tuple[str, str]], whole: bool
) -> VariantForm:
    variant, price = row.variant, row.price
    cost = variant.cost_minor
    initial = {
        "sku": variant.sku,
        "price": price.unit.decimal() if price else "",
        "compare_at": price.compare_at.decimal() if price and price.compare_at else "",
        "stock": row.stock,
        "was": row.stock,
        "weight_grams": variant.weight_grams,
        "volume_cm3": variant.volume_cm3,
        "status": variant.status,
        "barcode": variant.barcode,
        "cost": "" if cost is None else Money(cost, variant.currency).decimal(),
        "image": public_id("pic", variant.image_id) if variant.image_id else "",
        "out_of_stock": variant.out_of_stock,
        "oversell_limit": variant.oversell_limit,
        "ships_by": variant.ships_by,
    }
    prefix = variant.public_id
    return VariantForm(data, prefix=prefix, initial=initial, images=images, whole=whole)


def _further(told: dict[str, Any]) -> VariantFields:
    """Return what the fields behind the usual ones say, where there are any."""
    if "barcode" not in told:
        return {}
    cost = told["cost"]
    found: VariantFields = {
        "barcode": told["barcode"],
        "image_id": parse_public_id("pic", told["image"]) if told["image"] else None,
        "out_of_stock": told["out_of_stock"],
        "oversell_limit": told["oversell_limit"],
        "ships_by": told["ships_by"],
        "volume_cm3": told["volume_cm3"] or 0,
        "cost_minor": cost.minor if cost is not None else None,
    }
    if cost is not None:
        found["currency"] = cost.currency
    return found


@transaction.atomic
def _save(
    product: Product,
    forms: list[tuple[GridRow, VariantForm]],
    request: StaffRequest,
    *,
    with_stock: bool,
) -> None:
    rows, new_prices, stock = [], [], []
    place = default_location()
    for each, form in forms:
        told = form.cleaned_data
        fields: VariantFields = {
            "sku": told["sku"],
            "weight_grams": told["weight_grams"],
            "status": told["status"],
            **_further(told),
        }
        rows.append((each.variant.id, fields))
        before = (each.price.unit, each.price.compare_at) if each.price else (None, None)
        if (told["price"], told["compare_at"]) != before:
            new_prices.append(SetPrice(each.variant.id, told["price"], told["compare_at"]))
        # By how much the reader changed what he saw: what was sold meanwhile stays sold.
        change = (told["stock"] or 0) - (told["was"] or 0)
        if change and told["stock"] is not None:
            stock.append(StockLine(each.variant.id, place.pk, change))
    save_priced_grid(product.pk, rows, new_prices=new_prices, actor=request.actor, now=utc_now())
    if stock and with_stock:
        adjust(stock, reason=_("Changed with the variants"), actor=request.actor)


def _placed(forms: list[tuple[GridRow, VariantForm]], refusal: DomainError) -> str:
    """Show a refusal in the row that it names, ``3.sku``; return what stands above the grid."""
    number, point, field = str(refusal.fields.get("field", "")).partition(".")
    if point and number.isdigit() and int(number) < len(forms):
        form = forms[int(number)][1]
        form.add_error(field if field in form.fields else None, str(refusal))
        return _("Please look at the marked fields.")
    taken = refusal.fields.get("skus")
    for _each, form in forms:
        if isinstance(taken, list) and form.cleaned_data.get("sku") in taken:
            form.add_error("sku", str(refusal))
    return str(refusal)


@require_POST
@staff_page(MANAGE)
def options(request: StaffRequest, product: str) -> HttpResponseBase:
    """Give a product other options, and the variants that follow."""
    row = product_at(product)
    form = OptionsForm(request.POST)
    if form.is_valid():
        try:
            set_options(row.pk, form.specs(), actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The options were saved."))
            return redirect(f"/products/{row.public_id}/variants/")
    context = {
        "product": row,
        "rows": _forms(row, grid_of(row)[:MOST_ROWS], None),
        "has_stock": row.kind not in UNTRACKED,
        "options": form,
    }
    return render(request, "backoffice/products/variants.html", context, status=422)


def _options_form(row: Product) -> OptionsForm:
    initial: dict[str, str] = {}
    for number, (name, values) in enumerate(options_of(row), start=1):
        initial |= {f"name_{number}": name, f"values_{number}": ", ".join(values)}
    return OptionsForm(initial=initial)
