"""Segments: built from conditions, tried before they are saved, chosen by hand."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.levels.segment_forms import Builder, NewSegmentForm, SegmentForm
from kernel.backoffice.pieces import found, identified, inner_path, paged
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.levels.choices import Test
from kernel.levels.criteria import known_criteria
from kernel.levels.models import Segment
from kernel.levels.selectors import members_in
from kernel.levels.services import (
    change_segment,
    choose_members,
    create_segment,
    delete_segment,
    matching,
    refresh_segment,
)
from kernel.members.selectors import visible_members
from kernel.members.services.staff import find_members

VIEW: Final = "levels.view"
MANAGE: Final = "levels.manage"
_SHOWN: Final = 10
_MOST_FOUND: Final = 20


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the segments by their names."""
    rows = [(row, rule_text(row)) for row in Segment.objects.order_by("name", "id")]
    return render(request, "backoffice/levels/segments.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Make a segment; or try its conditions first."""
    data = request.POST if request.method == "POST" else None
    form, builder = NewSegmentForm(data), Builder([], "all", data)
    if data is not None and "try" not in data and form.is_valid() and builder.is_valid():
        given = form.cleaned_data
        is_dynamic = given["is_dynamic"] == "yes"
        try:
            row = create_segment(
                code=given["code"].lower(),
                name=given["name"],
                is_dynamic=is_dynamic,
                match=builder.match,
                conditions=builder.told() if is_dynamic else (),
                tag=given["tag"],
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("The segment was made."))
            return redirect(f"/segments/{row.public_id}/")
    return _draw(request, form, builder, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, segment: str) -> HttpResponseBase:
    """Show a segment and its members; change it, or try other conditions first."""
    row = _row(segment)
    data = request.POST if request.method == "POST" and request.person.may(MANAGE) else None
    form = SegmentForm(data, initial={"name": row.name, "tag": row.tag})
    builder = Builder(row.conditions, row.match, data if row.is_dynamic else None)
    is_fit = form.is_valid() and (not row.is_dynamic or builder.is_valid())
    if data is not None and "try" not in data and is_fit:
        told: dict[str, Any] = dict(form.cleaned_data)
        if row.is_dynamic:
            told |= {"match": builder.match, "conditions": builder.told()}
        try:
            change_segment(row.pk, told, actor=request.actor, now=utc_now())
        except DomainError as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(f"/segments/{row.public_id}/")
    return _draw(request, form, builder, row)


@require_POST
@staff_page(MANAGE)
def refresh(request: StaffRequest, segment: str) -> HttpResponseBase:
    """Have it worked out anew who belongs to a segment."""
    row = _row(segment)
    try:
        refresh_segment(row.pk, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Members are gone through now."))
    return redirect(f"/segments/{row.public_id}/")


@require_POST
@staff_page(MANAGE)
def members(request: StaffRequest, segment: str) -> HttpResponseBase:
    """Let members come into a segment that staff decide about, or leave it."""
    row = _row(segment)
    keys = [identified("mem", text) for text in request.POST.getlist("member")[:200]]
    own = list(visible_members(VIEW).filter(pk__in=keys).values_list("pk", flat=True))
    is_removing = request.POST.get("do") == "remove"
    try:
        choose_members(
            row.pk,
            add=() if is_removing else own,
            remove=own if is_removing else (),
            actor=request.actor,
            now=utc_now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext("%(n)s member was changed.", "%(n)s members were changed.", len(own))
        messages.success(request, text % {"n": len(own)})
    return redirect(inner_path(request.POST.get("next") or f"/segments/{row.public_id}/"))


@require_POST
@staff_page(MANAGE)
def delete(request: StaffRequest, segment: str) -> HttpResponseBase:
    """Delete a segment."""
    row = _row(segment)
    try:
        delete_segment(row.pk, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"/segments/{row.public_id}/")
    messages.success(request, _("The segment was deleted."))
    return redirect("/segments/")


def rule_text(row: Segment) -> str:
    """Return the conditions of a segment in words."""
    known, parts = known_criteria(), []
    for each in row.conditions:
        criterion = known.get(each["kind"])
        label = criterion.label if criterion is not None else each["kind"]
        value = each["value"]
        if criterion is not None and criterion.value_kind == "amount":
            value = Builder([each], row.match).rows[0].initial["value"]
        elif isinstance(value, list):
            value = ", ".join(value)
        text = f"{label} {Test(each['test']).label} {value}"
        if each.get("days"):
            text += " " + _("in the last %(days)s days") % {"days": each["days"]}
        parts.append(text)
    return (_(" or ") if row.match == "any" else _(" and ")).join(parts)


def _row(text: str) -> Segment:
    row: Segment = found(Segment.objects.filter(pk=identified("seg", text)).first())
    return row


def _draw(
    request: StaffRequest, form: Any, builder: Builder, row: Segment | None
) -> HttpResponseBase:
    context: dict[str, Any] = {"form": form, "builder": builder, "row": row}
    if "try" in request.POST and builder.is_valid():
        rows = matching(builder.told(), builder.match, now=utc_now())
        seen = visible_members(VIEW).filter(pk__in=rows.values("pk")).order_by("-created_at", "-id")
        context |= {"count": rows.count(), "some": seen[:_SHOWN], "is_tried": True}
    if row is not None:
        own = visible_members(VIEW).filter(pk__in=members_in(row.pk).values("pk"))
        context["page"] = paged(request, own.order_by("-created_at", "-id"))
        if not row.is_dynamic and (wanted := request.GET.get("find", "")[:120]):
            context["found"] = find_members(wanted, state="open")[:_MOST_FOUND]
            context["wanted"] = wanted
    is_bad = bool(form.errors) or any(each.errors for each in builder.rows)
    status = 422 if is_bad and "try" not in request.POST else 200
    return render(request, "backoffice/levels/segment.html", context, status=status)


def _show(form: Any, refusal: DomainError) -> None:
    field = str(refusal.fields.get("field", ""))
    form.add_error(field if field in form.fields else None, str(refusal))
