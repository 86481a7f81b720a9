"""Pages on which a shop makes fields up, and fills them in."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.fields.forms import FieldForm, NewFieldForm, ValuesForm
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.backoffice.promotions.taking import refuse
from kernel.catalogue.models import Product
from kernel.common.errors import DomainError
from kernel.fields.choices import Subject
from kernel.fields.errors import InvalidValues
from kernel.fields.models import OwnField
from kernel.fields.selectors import fields_of
from kernel.fields.services import add_field, change_field, delete_field, set_values
from kernel.members.selectors import visible_members
from kernel.orders.selectors import visible_orders

MANAGE: Final = "fields.manage"
HOME: Final = "/fields/"
PERMISSIONS: Final = {
    Subject.PRODUCT: "products.manage",
    Subject.MEMBER: "members.manage",
    Subject.ORDER: "orders.manage",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the fields, and make one up."""
    form = NewFieldForm(request.POST if request.method == "POST" else None, initial={"position": 0})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            add_field(
                told["subject"],
                told["code"],
                kind=told["kind"],
                told=form.told(),
                actor=request.actor,
            )
        except DomainError as refusal:
            refuse(form, refusal, {})
        else:
            messages.success(request, _("The field was added."))
            return redirect(HOME)
    return _draw(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, field: str) -> HttpResponseBase:
    """Change a field."""
    row: OwnField = found(OwnField.objects.filter(pk=identified("fld", field)).first())
    names = ("name", "is_required", "is_searchable", "is_asked", "position")
    initial: dict[str, Any] = {name: getattr(row, name) for name in names}
    form = FieldForm(
        request.POST if request.method == "POST" else None,
        initial={**initial, "choices": "\n".join(row.choices)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_field(row.pk, form.told(), actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal, {})
        else:
            messages.success(request, _("The field was saved."))
            return redirect(HOME)
    return _draw(request, form, row=row)


@require_POST
@staff_page(MANAGE)
def delete(request: StaffRequest, field: str) -> HttpResponseBase:
    """Delete a field and what stands in it."""
    try:
        delete_field(identified("fld", field), actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The field was deleted."))
    return redirect(HOME)


@require_POST
@staff_page()
def fill(request: StaffRequest, subject: str, thing: str) -> HttpResponseBase:
    """Write what stands in the fields of a product, a member or an order."""
    if subject not in Subject.values:
        raise Http404
    if not request.person.may(PERMISSIONS[Subject(subject)]):
        raise PermissionDenied
    object_id, back = _thing(subject, thing)
    rows = fields_of(subject)
    values = {row.code: request.POST.get(row.code, "") for row in rows}
    try:
        set_values(subject, object_id, values, actor=request.actor)
    except InvalidValues as refusal:
        names = {row.code: row.name for row in rows}
        faults = refusal.fields["invalid"]
        assert isinstance(faults, dict)  # noqa: S101  `InvalidValues` says so
        for code, text in faults.items():
            messages.error(request, f"{names.get(code, code)}: {text}")
    else:
        messages.success(request, _("The fields were saved."))
    return redirect(f"{back}#own")


def _thing(subject: str, text: str) -> tuple[UUID, str]:
    if subject == Subject.PRODUCT:
        product: Product = found(Product.objects.filter(pk=identified("prd", text)).first())
        return product.pk, f"/products/{product.public_id}/"
    if subject == Subject.MEMBER:
        rows = visible_members(PERMISSIONS[Subject.MEMBER])
        member = found(rows.filter(pk=identified("mem", text)).first())
        return member.pk, f"/members/{member.public_id}/"
    order = found(visible_orders(PERMISSIONS[Subject.ORDER]).filter(number=text).first())
    return order.pk, f"/orders/{order.number}/"


def _draw(
    request: StaffRequest, form: FieldForm, *, row: OwnField | None = None
) -> HttpResponseBase:
    groups = [(label, fields_of(code)) for code, label in Subject.choices]
    context = {"form": form, "groups": [each for each in groups if each[1]], "row": row}
    status = 422 if form.errors else 200
    return render(request, "backoffice/fields/index.html", context, status=status)


def card_of(subject: str, values: dict[str, str]) -> ValuesForm | None:
    """Return the form of a thing's fields, None where the shop has none."""
    rows = fields_of(subject)
    return ValuesForm(rows, initial=values, auto_id="own_%s") if rows else None
