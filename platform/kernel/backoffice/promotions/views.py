"""Promotions: listed, made, changed, switched on and off."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.promotions.forms import PromotionForm, StandingFilter, promotion_initial
from kernel.backoffice.promotions.scope_forms import is_shown_whole, picking_of
from kernel.backoffice.promotions.taking import narrowed, taken
from kernel.backoffice.promotions.terms_forms import PROMOTIONS, TermsForm
from kernel.backoffice.templatetags.console import money
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.promotions.actions import action_named, known_actions
from kernel.promotions.models import Promotion
from kernel.promotions.offers import offer_of
from kernel.promotions.selectors import figures_of, standing_of, used_by_promotion
from kernel.promotions.services import change_promotion, create_promotion
from kernel.tenancy.context import current_tenant

VIEW, MANAGE = "promotions.view", "promotions.manage"
_FIELDS: Final = {
    "starts_at": "starts",
    "ends_at": "ends",
    "amount_limit_minor": "amount_limit",
    "seller_bp": "seller",
    "conditions.spend": "spend",
    "conditions.pieces": "pieces",
    "scope.include": "goods",
}


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the promotions, the newest first, with how they were used."""
    narrow = StandingFilter(request.GET)
    page, context = narrowed_page(request, narrow, _narrowed)
    used = used_by_promotion([row.pk for row in page])
    now = utc_now()
    context["rows"] = [
        (row, standing_of(row, now=now), _rule(row), *used.get(row.pk, (0, 0))) for row in page
    ]
    return render(request, "backoffice/promotions/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Choose a kind, then say the rest."""
    kind = request.GET.get("kind", "")
    if kind not in PROMOTIONS:
        kinds = [(each.code, each.label) for each in known_actions() if each.code in PROMOTIONS]
        return render(request, "backoffice/promotions/kinds.html", {"kinds": kinds})
    forms = _forms(request, kind, None)

    def make(told: Any) -> Promotion:
        currency = current_tenant().currency
        return create_promotion(
            kind=kind, currency=currency, told=told, actor=request.actor, now=utc_now()
        )

    if row := taken(request, forms, make, row=None, fields=_FIELDS):
        messages.success(request, _("The promotion was made."))
        return redirect(f"/promotions/{row.public_id}/")
    return _draw(request, *forms, kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, promotion: str) -> HttpResponseBase:
    """Show a promotion and how it was used; change it."""
    row = _row(promotion)
    if request.method == "POST" and not request.person.may(MANAGE):
        raise PermissionDenied
    if row.kind not in PROMOTIONS:
        raise Http404
    forms = _forms(request, row.kind, row)

    def change(told: Any) -> Promotion:
        return change_promotion(row.pk, told, actor=request.actor, now=utc_now())

    if taken(request, forms, change, row=row, fields=_FIELDS):
        messages.success(request, _("The promotion was saved."))
        return redirect(f"/promotions/{row.public_id}/")
    return _draw(request, *forms, kind=row.kind, row=row)


@require_POST
@staff_page(MANAGE)
def switch(request: StaffRequest, promotion: str) -> HttpResponseBase:
    """Switch a promotion on or off."""
    is_active = request.POST.get("on") == "1"
    try:
        change_promotion(
            _row(promotion).pk, {"is_active": is_active}, actor=request.actor, now=utc_now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("The promotion is on.") if is_active else _("The promotion is off.")
        messages.success(request, said)
    return redirect("/promotions/")


def _forms(
    request: StaffRequest, kind: str, row: Promotion | None
) -> tuple[PromotionForm, TermsForm]:
    data = request.POST if request.method == "POST" else None
    currency = row.currency if row else current_tenant().currency
    initial = promotion_initial(row) if row else {"stacking": action_named(kind).stacking}
    form = PromotionForm(data, initial=initial, picking=picking_of(row, data), currency=currency)
    form.fields["goods"].required = row is None or is_shown_whole(row)
    return form, PROMOTIONS[kind](row.terms if row else {}, currency=currency, data=data)


def _draw(
    request: StaffRequest,
    form: PromotionForm,
    terms: TermsForm,
    *,
    kind: str,
    row: Promotion | None = None,
) -> HttpResponseBase:
    is_refused = not form.picking.is_finding and (form.errors or terms.errors)
    context = {
        "form": form,
        "terms": terms,
        "kind": kind,
        "kind_label": action_named(kind).label,
        "picking": form.picking,
        "row": row,
        "rule": _rule(row) if row else "",
        "standing": standing_of(row, now=utc_now()) if row else "",
        "figures": figures_of(promotion_id=row.pk) if row else None,
        "is_whole": row is None or is_shown_whole(row),
    }
    status = 422 if is_refused else 200
    return render(request, "backoffice/promotions/edit.html", context, status=status)


def _narrowed(wanted: dict[str, Any]) -> QuerySet[Promotion]:
    return narrowed(Promotion.objects.filter(managed_by="").order_by("-created_at", "-id"), wanted)


def _rule(row: Promotion) -> str:
    offer = offer_of(row)
    if offer is None:
        return ""
    label = offer.label(get_language())
    rule = offer.rule(lambda minor: money(minor, row.currency))
    return rule if label == row.name else f"{label} · {rule}"


def _row(text: str) -> Promotion:
    rows = Promotion.objects.filter(managed_by="")
    row: Promotion = found(rows.filter(pk=identified("pro", text)).first())
    return row
