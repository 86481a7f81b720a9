"""Kinds of coupons: listed, made, changed; codes for them; coupons in people's hands."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.promotions.forms import (
    BatchForm,
    GiveForm,
    StandingFilter,
    TemplateForm,
    template_initial,
)
from kernel.backoffice.promotions.scope_forms import is_shown_whole, picking_of
from kernel.backoffice.promotions.taking import narrowed, refuse, taken
from kernel.backoffice.promotions.terms_forms import COUPONS, TermsForm
from kernel.backoffice.templatetags.console import money
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.selectors import visible_members
from kernel.members.services.staff import find_members
from kernel.promotions.choices import BatchState, CouponKind, CouponState
from kernel.promotions.models import CodeBatch, Coupon, CouponTemplate
from kernel.promotions.offers import coupon_offer
from kernel.promotions.selectors import figures_of, standing_of, states_of
from kernel.promotions.services import (
    ask_for_codes,
    change_template,
    create_template,
    give,
    revoke,
)
from kernel.promotions.tasks import begin
from kernel.tenancy.context import current_tenant

VIEW, MANAGE, GIVE = "promotions.view", "promotions.manage", "coupons.give"
_SHOWN: Final = 50
_MOST_NAMED: Final = 200
_FIELDS: Final = {
    "threshold_minor": "threshold",
    "paid_from_minor": "paid_from",
    "scope.include": "goods",
}


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the kinds of coupons, the newest first."""
    page, context = narrowed_page(request, StandingFilter(request.GET), _narrowed)
    now = utc_now()
    context["rows"] = [(row, standing_of(row, now=now), _rule(row)) for row in page]
    return render(request, "backoffice/coupons/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Choose a kind, then say the rest."""
    kind = request.GET.get("kind", "")
    if kind not in COUPONS:
        return render(request, "backoffice/coupons/kinds.html", {"kinds": CouponKind.choices})
    forms = _forms(request, kind, None)

    def make(told: Any) -> CouponTemplate:
        currency = current_tenant().currency
        return create_template(
            kind=kind, currency=currency, told=told, actor=request.actor, now=utc_now()
        )

    if row := taken(request, forms, make, row=None, fields=_FIELDS):
        messages.success(request, _("The coupon was made."))
        return redirect(f"/coupons/{row.public_id}/")
    return _draw(request, *forms, kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, template: str) -> HttpResponseBase:
    """Show a kind of coupon, what became of its coupons, and its codes; change it."""
    row = _row(template)
    if request.method == "POST" and not request.person.may(MANAGE):
        raise PermissionDenied
    forms = _forms(request, row.kind, row)

    def change(told: Any) -> CouponTemplate:
        return change_template(row.pk, told, actor=request.actor, now=utc_now())

    if taken(request, forms, change, row=row, fields=_FIELDS):
        messages.success(request, _("The coupon was saved."))
        return redirect(f"/coupons/{row.public_id}/")
    return _draw(request, *forms, kind=row.kind, row=row)


@require_POST
@staff_page(MANAGE)
def codes(request: StaffRequest, template: str) -> HttpResponseBase:
    """Have codes made in the background."""
    row = _row(template)
    form = BatchForm(request.POST, auto_id="codes_%s")
    if form.is_valid():
        try:
            batch = ask_for_codes(
                row.pk,
                name=form.cleaned_data["name"],
                size=form.cleaned_data["size"],
                prefix=form.cleaned_data["beginning"],
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            refuse(form, refusal, {"prefix": "beginning"})
        else:
            begin(batch.pk)
            messages.success(request, _("The codes are being made."))
            return redirect(f"/coupons/{row.public_id}/#codes")
    return _again(request, row, batch=form)


@require_POST
@staff_page(GIVE)
def hand_out(request: StaffRequest, template: str) -> HttpResponseBase:
    """Give a coupon to each of some members: all of them, or none."""
    row = _row(template)
    form = GiveForm(request.POST, auto_id="give_%s")
    if form.is_valid():
        members = _members(form)
        if not form.errors:
            try:
                made = give(row.pk, members, actor=request.actor, now=utc_now())
            except DomainError as refusal:
                refuse(form, refusal, {})
            else:
                said = _("Coupons given: %(number)s.") % {"number": len(made)}
                messages.success(request, said)
                return redirect(f"/coupons/{row.public_id}/#held")
    return _again(request, row, giving=form)


@require_POST
@staff_page(GIVE)
def withdraw(request: StaffRequest, coupon: str) -> HttpResponseBase:
    """Withdraw a coupon that is not in use."""
    row: Coupon = found(
        Coupon.objects.select_related("template").filter(pk=identified("cpn", coupon)).first()
    )
    try:
        revoke(row.pk, reason="", actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The coupon was withdrawn."))
    return redirect(f"/coupons/{row.template.public_id}/#held")


def _members(form: GiveForm) -> list[UUID]:
    """Return who is meant by each line; a line that means nobody, or several, is an error."""
    keys = []
    lines = [text for each in form.cleaned_data["members"].splitlines() if (text := each.strip())]
    if len(lines) > _MOST_NAMED:
        text = _("At most %(number)s at a time.") % {"number": _MOST_NAMED}
        form.add_error("members", text)
        return []
    for line in lines:
        meant = list(find_members(line, state="open", permission=GIVE)[:2])
        if len(meant) != 1:
            text = _("Exactly one member is expected to be found by “%(text)s”.")
            form.add_error("members", text % {"text": line[:80]})
            return []
        keys.append(meant[0].pk)
    return keys


def _forms(
    request: StaffRequest, kind: str, row: CouponTemplate | None, *, is_fresh: bool = False
) -> tuple[TemplateForm, TermsForm]:
    data = request.POST if request.method == "POST" and not is_fresh else None
    currency = row.currency if row else current_tenant().currency
    initial = template_initial(row) if row else {"channels": ["page"], "valid_days": 30}
    form = TemplateForm(data, initial=initial, picking=picking_of(row, data), currency=currency)
    form.fields["goods"].required = row is None or is_shown_whole(row)
    return form, COUPONS[kind](row.terms if row else {}, currency=currency, data=data)


def _again(request: StaffRequest, row: CouponTemplate, **more: Any) -> HttpResponseBase:
    form, terms = _forms(request, row.kind, row, is_fresh=True)
    return _draw(request, form, terms, kind=row.kind, row=row, **more)


def _draw(
    request: StaffRequest,
    form: TemplateForm,
    terms: TermsForm,
    *,
    kind: str,
    row: CouponTemplate | None = None,
    batch: BatchForm | None = None,
    giving: GiveForm | None = None,
) -> HttpResponseBase:
    wrong = [each.errors for each in (form, terms, batch, giving) if each is not None]
    context: dict[str, Any] = {
        "form": form,
        "terms": terms,
        "kind_label": CouponKind(kind).label,
        "picking": form.picking,
        "row": row,
        "is_whole": row is None or is_shown_whole(row),
    }
    if row is not None:
        counted = states_of(row.pk)
        batches = CodeBatch.objects.filter(template=row).order_by("-created_at", "-id")
        held = Coupon.objects.filter(template=row, member__in=visible_members(VIEW))
        context |= {
            "rule": _rule(row),
            "standing": standing_of(row, now=utc_now()),
            "figures": figures_of(template_id=row.pk),
            "states": [(state.label, counted[state.value]) for state in CouponState],
            "batches": batches[:_SHOWN],
            "is_making": any(each.state != BatchState.DONE for each in batches[:_SHOWN]),
            "batch_form": batch or BatchForm(auto_id="codes_%s"),
            "give_form": giving or GiveForm(auto_id="give_%s"),
            "held": held.select_related("member").order_by("-taken_at", "-id")[:_SHOWN],
        }
    is_refused = any(wrong) and not form.picking.is_finding
    return render(
        request, "backoffice/coupons/edit.html", context, status=422 if is_refused else 200
    )


def _narrowed(wanted: dict[str, Any]) -> QuerySet[CouponTemplate]:
    return narrowed(CouponTemplate.objects.order_by("-created_at", "-id"), wanted)


def _rule(row: CouponTemplate) -> str:
    return coupon_offer(row, row.pk).rule(lambda minor: money(minor, row.currency))


def _row(text: str) -> CouponTemplate:
    row: CouponTemplate = found(CouponTemplate.objects.filter(pk=identified("cpt", text)).first())
    return row
