"""Freight templates: made, changed line by line, tried out, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.backoffice.shipping.forms import (
    RULE_FIELDS,
    UNITS,
    CalculatorForm,
    LineForm,
    NewTemplateForm,
    TemplateForm,
    kilos,
    line_initial,
    new_line,
    unit_text,
)
from kernel.backoffice.shipping.picking import RegionPicking, named
from kernel.backoffice.shipping.views import MANAGE, VIEW
from kernel.backoffice.templatetags.console import money
from kernel.common.errors import DomainError
from kernel.members.regions import HOME
from kernel.orders.choices import FulfilmentMethod
from kernel.shipping.counting import count
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.places import canonical, where_of
from kernel.shipping.rules import Rule, compiled, rule_of
from kernel.shipping.selectors import products_of
from kernel.shipping.services import (
    TemplateTerms,
    change_template,
    create_template,
    delete_template,
)
from kernel.shipping.texts import obstacle_text
from kernel.tenancy.context import current_tenant

_HOME: Final = "/shipping/"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Make a template that costs nothing anywhere; its lines come next."""
    form = NewTemplateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        terms = TemplateTerms(given["name"], given["measure"], [new_line(given["measure"])])
        currency = current_tenant().currency
        try:
            row = create_template(given["code"], terms, currency=currency, actor=request.actor)
        except DomainError as refusal:
            taken = refusal.code == "shipping.template_code_taken"
            field = "code" if taken else str(refusal.fields.get("field", ""))
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The template was made. Say now what delivery costs."))
            return redirect(f"{_path(row)}lines/1/")
    status = 422 if form.errors else 200
    return render(request, "backoffice/shipping/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, template: str) -> HttpResponseBase:
    """Show a template with its lines, try it out; change its name, or delete it."""
    row = _row(template)
    form = TemplateForm(_initial(row))
    if request.method == "POST":
        if not request.person.may(MANAGE):
            raise PermissionDenied
        if request.POST.get("act") == "delete":
            return _delete(request, row)
        form = TemplateForm(request.POST)
        if form.is_valid() and _change(request, row, form):
            return redirect(_path(row))
    rules = _rules(row)
    context = {
        "template": row,
        "form": form,
        "lines": [_line(number, rule, row) for number, rule in enumerate(rules, start=1)],
        "used": products_of([row.code])[row.code],
        **_tried(request, row),
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/shipping/template.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def line(request: StaffRequest, template: str, number: int = 0) -> HttpResponseBase:
    """Change a line of regions, or add one."""
    row = _row(template)
    rules = _rules(row)
    if number > len(rules):
        raise Http404
    rule = rules[number - 1] if number else new_line(row.measure, ())
    data = request.POST if request.method == "POST" else None
    others = {place: each for place, each in enumerate(rules, start=1) if place != number}
    taken = {canonical(code): place for place, each in others.items() for code in each.regions}
    picking = RegionPicking(rule.regions, taken, data)
    form = LineForm(
        row.measure, row.currency, data, initial=line_initial(rule, row.measure, row.currency)
    )
    if data is not None and data.get("act") == "remove" and number:
        return _save(request, row, [*others.values()], form) or _draw(
            request, row, form, picking, number
        )
    if data is not None and not picking.is_choosing and form.is_valid():
        told = form.told(tuple(picking.chosen))
        kept = [told if place == number else each for place, each in enumerate(rules, start=1)]
        answer = _save(request, row, kept if number else [*rules, told], form)
        if answer is not None:
            return answer
    return _draw(request, row, form, picking, number)


def _save(
    request: StaffRequest, row: FreightTemplate, rules: list[Rule], form: LineForm
) -> HttpResponseBase | None:
    terms = TemplateTerms(row.name, row.measure, rules)
    version = request.POST.get("version", "")
    try:
        change_template(
            row.pk,
            terms,
            expected_version=int(version) if version.isascii() and version.isdigit() else None,
            actor=request.actor,
        )
    except DomainError as refusal:
        about = str(refusal.fields.get("field", ""))
        field = RULE_FIELDS.get(about, about)
        form.full_clean()
        form.add_error(field if field in form.fields else None, str(refusal))
        return None
    messages.success(request, _("The template was saved."))
    return redirect(_path(row))


def _draw(
    request: StaffRequest,
    row: FreightTemplate,
    form: LineForm,
    picking: RegionPicking,
    number: int,
) -> HttpResponseBase:
    if picking.is_choosing:
        # What was typed in stays; whether it can be used is asked when it is saved.
        form.errors.clear()
    context = {
        "template": row,
        "form": form,
        "picking": picking,
        "number": number,
        "unit": UNITS[row.measure],
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/shipping/line.html", context, status=status)


def _change(request: StaffRequest, row: FreightTemplate, form: TemplateForm) -> bool:
    given = form.cleaned_data
    terms = TemplateTerms(given["name"], given["measure"], _rules(row))
    try:
        change_template(row.pk, terms, expected_version=given["version"], actor=request.actor)
    except DomainError as refusal:
        field = str(refusal.fields.get("field", ""))
        form.add_error(field if field in form.fields else None, str(refusal))
        return False
    messages.success(request, _("The template was saved."))
    return True


def _delete(request: StaffRequest, row: FreightTemplate) -> HttpResponseBase:
    try:
        delete_template(row.pk, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(_path(row))
    messages.success(request, _("The template was deleted."))
    return redirect(_HOME)


def _line(number: int, rule: Rule, row: FreightTemplate) -> dict[str, Any]:
    unit = UNITS[row.measure]

    def priced(units: int, minor: int) -> str:
        return f"{unit_text(row.measure, units)} {unit} {money(minor, row.currency)}"

    return {
        "number": number,
        "regions": named(rule.regions),
        "delivers": rule.delivers,
        "reason": rule.reasons.get(get_language() or "") or next(iter(rule.reasons.values()), ""),
        "first": priced(rule.first, rule.first_minor),
        "more": priced(rule.more, rule.more_minor) if rule.more else "",
        "free": _free(rule, row.currency),
        "surcharge": money(rule.surcharge_minor, row.currency) if rule.surcharge_minor else "",
    }


def _free(rule: Rule, currency: str) -> str:
    free, found = rule.free, []
    if free.amount_minor is not None:
        found.append(_("from %(amount)s on") % {"amount": money(free.amount_minor, currency)})
    if free.pieces is not None:
        found.append(_("from %(n)s pieces") % {"n": free.pieces})
    if free.grams is not None:
        found.append(_("up to %(kg)s kg") % {"kg": kilos(free.grams)})
    return (_(" and ") if free.match == "all" else _(" or ")).join(found)


def _tried(request: StaffRequest, row: FreightTemplate) -> dict[str, Any]:
    """Return the calculator, with its answer once it was asked."""
    is_asked = "pieces" in request.GET
    form = CalculatorForm(row.currency, request.GET if is_asked else None)
    if not is_asked or not form.is_valid():
        return {"calculator": form}
    code = form.cleaned_data["region"]
    country = HOME if not code or code.isdigit() else code[:2]
    where = where_of({"country": country, "region_code": code})
    plan = compiled(row)
    way = ShippingMethod(code="", method=FulfilmentMethod.EXPRESS, currency=row.currency)
    load = replace(form.load(), template=row.code)
    freight = count(way, [load], where, {row.code: plan})
    rule = plan.rule_for(where)
    return {
        "calculator": form,
        "answer": {
            "text": money(freight.minor, row.currency) if freight.minor else _("Free"),
            "obstacle": " ".join(obstacle_text(each, row.currency) for each in freight.hindrances),
            "line": plan.rules.index(rule) + 1 if rule in plan.rules else 0,
            "is_decided": freight.is_decided,
        },
    }


def _initial(row: FreightTemplate) -> dict[str, Any]:
    return {"name": row.name, "measure": row.measure, "version": row.version}


def _rules(row: FreightTemplate) -> list[Rule]:
    return [rule_of(data) for data in row.rules]


def _path(row: FreightTemplate) -> str:
    return f"{_HOME}templates/{row.public_id}/"


def _row(text: str) -> FreightTemplate:
    row: FreightTemplate = found(FreightTemplate.objects.filter(pk=identified("frt", text)).first())
    return row
