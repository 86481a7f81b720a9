"""What goods are described with: brands, units, product types with their attributes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.shelves.detail_forms import BrandForm, TypeForm, UnitForm
from kernel.backoffice.shelves.forms import refuse
from kernel.backoffice.shelves.selectors import picture_link
from kernel.catalogue.models import Brand, Product, ProductType, Unit
from kernel.catalogue.services import save_brand, save_product_type, save_unit
from kernel.catalogue.texts import in_language, translated
from kernel.common.errors import DomainError

VIEW, MANAGE = "products.view", "products.manage"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def brands(request: StaffRequest) -> HttpResponseBase:
    """List the brands; make one, or change the one that is named."""
    row = _named(request, Brand.objects.all(), "handle")
    data = _sent(request)
    form = BrandForm(
        data, request.FILES or None, initial=BrandForm.initial_of(row) if row else None
    )
    if data is not None and form.is_valid():
        try:
            save_brand(**form.told(row), actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The brand was saved."))
            return redirect("/brands/")
    numbers = _numbers("brand_id")
    rows = [
        (each.handle, translated(each.i18n, get_language(), "name", each.name), numbers, each.pk)
        for each in Brand.objects.order_by("position", "name")
    ]
    return _draw(request, "brands", form, row, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def units(request: StaffRequest) -> HttpResponseBase:
    """List the units; make one, or change the one that is named."""
    row = _named(request, Unit.objects.all(), "code")
    data = _sent(request)
    form = UnitForm(data, initial=UnitForm.initial_of(row) if row else None)
    form.fields["code"].disabled = row is not None
    if data is not None and form.is_valid():
        try:
            save_unit(**form.told(row), actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The unit was saved."))
            return redirect("/units/")
    numbers = _numbers("unit_id")
    rows = [
        (each.code, in_language(each.names, get_language(), each.code), numbers, each.pk)
        for each in Unit.objects.order_by("code")
    ]
    return _draw(request, "units", form, row, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def types(request: StaffRequest) -> HttpResponseBase:
    """List the product types; make one, or change the one that is named."""
    row = _named(request, ProductType.objects.all(), "code")
    data = _sent(request)
    form = TypeForm(data, row=row)
    form.fields["code"].disabled = row is not None
    if data is not None and form.is_valid():
        try:
            saved = save_product_type(**form.told(row), actor=request.actor)
        except DomainError as refusal:
            _refuse_row(form, refusal)
        else:
            messages.success(request, _("The product type was saved."))
            return redirect(f"/product-types/?named={saved.code}")
    numbers = _numbers("product_type_id")
    rows = [
        (each.code, translated(each.i18n, get_language(), "name", each.name), numbers, each.pk)
        for each in ProductType.objects.order_by("name")
    ]
    return _draw(request, "types", form, row, rows)


def _named(request: StaffRequest, rows: QuerySet[Any], key: str) -> Any:
    named = request.GET.get("named", "")[:200].replace("\x00", "")
    return rows.filter(**{key: named}).first() if named else None


def _sent(request: StaffRequest) -> Any:
    if request.method != "POST":
        return None
    if not request.person.may(MANAGE):
        raise PermissionDenied
    return request.POST


def _numbers(key: str) -> dict[Any, int]:
    """Return how many products bear each; one query."""
    rows = Product.objects.filter(**{f"{key}__isnull": False}).values_list(key)
    return dict(rows.annotate(count=Count("pk")).order_by(key))


def _refuse_row(form: TypeForm, refusal: DomainError) -> None:
    """Show a refusal at the attribute that it names, ``schema.2.choices``."""
    parts = str(refusal.fields.get("field", "")).split(".")
    filled = [n for n in range(form.size) if form.cleaned_data.get(f"row_{n}_name")]
    field = None
    if len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(filled):
        name = parts[2] if len(parts) > 2 else "name"  # noqa: PLR2004  schema, row, part
        field = f"row_{filled[int(parts[1])]}_{'name' if name == 'names' else name}"
    form.add_error(field if field in form.fields else None, str(refusal))


def _draw(
    request: StaffRequest, kind: str, form: Any, row: Any, rows: list[tuple[str, str, Any, Any]]
) -> HttpResponseBase:
    context = {
        "picture": picture_link(row.logo) if isinstance(row, Brand) else "",
        "kind": kind,
        "form": form,
        "row": row,
        "rows": [(key, title, numbers.get(pk, 0)) for key, title, numbers, pk in rows],
    }
    status = 422 if form.errors else 200
    return render(request, f"backoffice/shelves/{kind}.html", context, status=status)
