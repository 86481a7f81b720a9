"""Price lists: who gets them, rules, single prices; and why something costs what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.goods import Picking, find_variants, variant_name
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged
from kernel.backoffice.pricing.forms import (
    EntriesForm,
    ExplainForm,
    ListForm,
    ListRulesForm,
    list_initial,
)
from kernel.backoffice.pricing.selectors import Explained, explained, standing_of
from kernel.catalogue.models import Variant
from kernel.common.errors import DomainError
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.members.services.staff import find_members
from kernel.pricing.models import PriceList, PriceListEntry
from kernel.pricing.services import (
    change_price_list,
    copy_price_list,
    create_price_list,
    set_entries,
)
from kernel.tenancy.context import current_tenant

VIEW, MANAGE = "prices.view", "prices.manage"
PAGE: Final = 100
_LONGEST_NAME: Final = 200


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the price lists, those that decide first."""
    rows = PriceList.objects.filter(managed_by="").order_by("-priority", "name", "id")
    counts = dict(
        PriceListEntry.objects.values_list("price_list_id").annotate(count=Count("id")).order_by()
    )
    now = utc_now()
    page = paged(request, rows)
    lists = [(row, standing_of(row, now), counts.get(row.pk, 0)) for row in page]
    return render(request, "backoffice/pricing/list.html", {"page": page, "lists": lists})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Make a list."""
    form = ListForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = create_price_list(
                code=f"list-{uuid7().hex[-12:]}",
                currency=current_tenant().currency,
                fields=form.told(),
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("The price list was made. Give it prices or rules."))
            return redirect(f"/prices/{row.public_id}/")
    status = 422 if form.errors else 200
    return render(request, "backoffice/pricing/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, price_list: str) -> HttpResponseBase:
    """Show a list; change its particulars and rules."""
    row = _row(price_list)
    data = request.POST if request.method == "POST" else None
    form = ListForm(data, initial=list_initial(row), kept=row.audience)
    rules = ListRulesForm(row.rules, data)
    if data is not None:
        if not request.person.may(MANAGE):
            raise PermissionDenied
        # Both, so that each says what is wrong with it.
        if all([form.is_valid(), rules.is_valid()]) and _saved(request, row, form, rules):
            messages.success(request, _("The price list was saved."))
            return redirect(f"/prices/{row.public_id}/")
    return _draw(request, row, form, rules)


@transaction.atomic
def _change(request: StaffRequest, row: PriceList, form: ListForm, rules: ListRulesForm) -> None:
    fields = form.told()
    if row.audience.get("members"):
        # Chosen one by one over the API; this form does not show them, and keeps them.
        fields["audience"] = {**fields["audience"], "members": row.audience["members"]}
    fields["rules"] = rules.told()
    change_price_list(row.pk, fields, actor=request.actor, now=utc_now())


def _saved(request: StaffRequest, row: PriceList, form: ListForm, rules: ListRulesForm) -> bool:
    try:
        _change(request, row, form, rules)
    except DomainError as refusal:
        _refuse(form, refusal)
        return False
    return True


def _draw(
    request: StaffRequest,
    row: PriceList,
    form: ListForm,
    rules: ListRulesForm,
    *,
    entries: EntriesForm | None = None,
    picking: Picking | None = None,
) -> HttpResponseBase:
    page = paged(request, _entries(row), size=PAGE)
    context = {
        "list": row,
        "standing": standing_of(row, utc_now()),
        "form": form,
        "rules": rules,
        "page": page,
        "entries": entries or EntriesForm(row, list(page), []),
        "picking": picking or Picking(),
        "named": len(row.audience.get("members", ())),
    }
    is_refused = any(each is not None and each.errors for each in (form, rules, entries))
    if picking is not None and picking.is_finding:
        is_refused = False
    status = 422 if is_refused else 200
    return render(request, "backoffice/pricing/edit.html", context, status=status)


@require_http_methods(["POST"])
@staff_page(MANAGE)
def entries(request: StaffRequest, price_list: str) -> HttpResponseBase:
    """Set prices of single goods; an empty price takes its entry out."""
    row = _row(price_list)
    picking = Picking(request.POST)
    page = paged(request, _entries(row), size=PAGE)
    form = EntriesForm(row, list(page), picking.variants, request.POST)
    if not picking.is_finding and form.is_valid():
        try:
            changed = set_entries(row.pk, form.told(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Prices changed: %(number)s.") % {"number": changed})
            return redirect(f"/prices/{row.public_id}/#entries")
    usual = ListForm(initial=list_initial(row)), ListRulesForm(row.rules)
    return _draw(request, row, *usual, entries=form, picking=picking)


@require_http_methods(["POST"])
@staff_page(MANAGE)
def copy(request: StaffRequest, price_list: str) -> HttpResponseBase:
    """Make a copy that is not in use yet, for prices to come."""
    row = _row(price_list)
    name = (_("%(name)s, copy") % {"name": row.name})[:_LONGEST_NAME]
    code = f"list-{uuid7().hex[-12:]}"
    try:
        made = copy_price_list(row.pk, code=code, name=name, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"/prices/{row.public_id}/")
    messages.success(
        request, _("The copy is not in use yet. Change it, say from when on, and switch it on.")
    )
    return redirect(f"/prices/{made.public_id}/")


@require_safe
@staff_page(VIEW)
def explain(request: StaffRequest) -> HttpResponseBase:
    """Say why something costs what it costs, for a buyer at a moment."""
    text = request.GET.get("find", "")[:80]
    form = ExplainForm(request.GET if "quantity" in request.GET else None)
    variants = find_variants(text)
    answers: list[Explained] = []
    if form.is_bound and form.is_valid():
        answers = _answers(form, variants)
    context = {
        "form": form,
        "find": text,
        "answers": answers,
        "nameless": [] if form.is_bound else [variant_name(each) for each in variants],
    }
    return render(request, "backoffice/pricing/explain.html", context)


def _answers(form: ExplainForm, variants: Sequence[Variant]) -> list[Explained]:
    login = form.cleaned_data["member"]
    member = None
    if login:
        found_members = list(find_members(login, state="open", permission="prices.view")[:2])
        if len(found_members) != 1:
            form.add_error("member", _("Exactly one member is expected to be found by this."))
            return []
        member = found_members[0]
    return explained(
        variants,
        quantity=form.cleaned_data["quantity"],
        member_id=member.pk if member else None,
        now=form.moment(utc_now()),
    )


def _entries(row: PriceList) -> Any:
    rows = PriceListEntry.objects.filter(price_list=row).select_related("variant__product")
    return rows.order_by("variant__product__title", "variant__position", "min_quantity", "id")


def _refuse(form: ListForm, refusal: DomainError) -> None:
    named = {"ends_at": "ends", "starts_at": "starts"}
    about = str(refusal.fields.get("field", ""))
    field = named.get(about, about)
    form.add_error(field if field in form.fields else None, str(refusal))


def _row(text: str) -> PriceList:
    rows = PriceList.objects.filter(managed_by="")
    row: PriceList = found(rows.filter(pk=identified("prl", text)).first())
    return row
