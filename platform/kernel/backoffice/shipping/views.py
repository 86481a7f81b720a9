"""The ways to ship: listed, made, changed, deleted; and the list of freight templates."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.backoffice.shipping.way_forms import WayForm, way_initial
from kernel.backoffice.templatetags.console import money
from kernel.common.errors import DomainError
from kernel.members.regions import edition
from kernel.orders.choices import FulfilmentMethod
from kernel.shipping.choices import METHODS
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.nearby import nearby_of
from kernel.shipping.selectors import products_of
from kernel.shipping.services import delete_shipping_method, set_shipping_method
from kernel.tenancy.context import current_tenant

VIEW: Final = "shipping.view"
MANAGE: Final = "shipping.manage"
_FIELDS: Final = {
    "fee_minor": "fee",
    "nearby.bands": "km_0",
    "nearby.latitude": "latitude",
    "nearby.districts": "district_0",
    "nearby.kilo_minor": "kilo",
    "nearby.included_grams": "included",
}


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the ways to ship and the freight templates."""
    ways = ShippingMethod.objects.select_related("template", "location").order_by("position", "id")
    templates = list(FreightTemplate.objects.order_by("name", "id"))
    used = products_of([row.code for row in templates])
    name, source = edition()
    context = {
        "ways": [(row, row.name_in(get_language() or ""), _cost(row)) for row in ways],
        "kinds": [(each.value, each.label) for each in METHODS],
        "templates": [(row, used[row.code]) for row in templates],
        "edition": name,
        "source": source,
    }
    return render(request, "backoffice/shipping/index.html", context)


def _cost(row: ShippingMethod) -> str:
    fee = f" + {money(row.fee_minor, row.currency)}" if row.fee_minor else ""
    if row.method == FulfilmentMethod.EXPRESS:
        own = row.template.name if row.template else _("Free")
        return f"{_('Asked of a carrier') if row.carrier else own}{fee}"
    if row.method == FulfilmentMethod.SAME_CITY:
        bands = nearby_of(row.nearby).bands
        least, most = (money(b.fee_minor, row.currency) for b in (bands[0], bands[-1]))
        text = least if least == most else f"{least} – {most}"
        reach = _("up to %(km)s km") % {"km": f"{bands[-1].up_to_m / 1000:g}"}
        return f"{text}{fee} · {reach}"
    return money(row.fee_minor, row.currency) if row.fee_minor else _("Free")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Add a way to ship."""
    method = request.GET.get("method", "")
    if method not in METHODS:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = WayForm(method, current_tenant().currency, data)
    if data is not None and form.is_valid():
        code = form.cleaned_data["code"]
        if ShippingMethod.objects.filter(code=code).exists():
            form.add_error("code", _("Another way to ship has this code."))
        elif (answer := _save(request, form, "")) is not None:
            return answer
    return _draw(request, form, method)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, way: str) -> HttpResponseBase:
    """Show a way to ship; change or delete it."""
    row: ShippingMethod = found(ShippingMethod.objects.filter(pk=identified("shm", way)).first())
    data = request.POST if request.method == "POST" else None
    if data is not None and not request.person.may(MANAGE):
        raise PermissionDenied
    if data is not None and data.get("act") == "delete":
        delete_shipping_method(row.pk, actor=request.actor)
        messages.success(request, _("The way to ship was deleted."))
        return redirect("/shipping/")
    form = WayForm(row.method, row.currency, data, is_new=False, initial=way_initial(row))
    if data is not None and form.is_valid() and (answer := _save(request, form, row.code)):
        return answer
    return _draw(request, form, row.method, row)


def _save(request: StaffRequest, form: WayForm, code: str) -> HttpResponseBase | None:
    try:
        set_shipping_method(form.told(code), actor=request.actor)
    except DomainError as refusal:
        about = str(refusal.fields.get("field", ""))
        field = _FIELDS.get(about, about)
        form.add_error(field if field in form.fields else None, str(refusal))
        return None
    messages.success(request, _("The way to ship was saved."))
    return redirect("/shipping/")


def _draw(
    request: StaffRequest, form: WayForm, method: str, row: ShippingMethod | None = None
) -> HttpResponseBase:
    is_near = method == FulfilmentMethod.SAME_CITY
    plain = [field for field in form if not field.name.rpartition("_")[2].isdigit()]
    context = {
        "form": form,
        "fields": plain,
        "way": row,
        "name": row.name_in(get_language() or "") if row else "",
        "kind": FulfilmentMethod(method).label,
        "bands": form.bands() if is_near else [],
        "districts": form.districts() if is_near else [],
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/shipping/way.html", context, status=status)
