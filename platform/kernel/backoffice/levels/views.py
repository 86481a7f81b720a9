"""Levels: made, changed, given by hand; how growth is earned."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.levels.forms import GiveForm, LevelForm, LevelPolicyForm, level_initial
from kernel.backoffice.pieces import found, identified
from kernel.common.errors import DomainError
from kernel.common.money import BASIS_POINTS, Money
from kernel.common.time import utc_now
from kernel.levels.choices import WalkState
from kernel.levels.facts import known_facts
from kernel.levels.models import Level
from kernel.levels.policy import current_policy, set_policy
from kernel.levels.selectors import counts_by_level
from kernel.levels.services import change_level, create_level, set_level
from kernel.members.models import Member
from kernel.members.selectors import visible_members
from kernel.tenancy.context import current_tenant

VIEW: Final = "levels.view"
MANAGE: Final = "levels.manage"
MEMBERS: Final = "members.manage"
_POLICY: Final = (
    *("earns_on", "growth_per_unit", "window_days", "grace_days"),
    *("points_per_unit", "points_asset"),
)


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the levels, the lowest first."""
    counts, walk = counts_by_level(), current_policy()
    rows = [
        (row, rule_text(row), benefit_texts(row), counts.get(row.pk, 0))
        for row in Level.objects.order_by("rank")
    ]
    context = {"rows": rows, "walk": walk, "is_walking": walk.state != WalkState.IDLE}
    return render(request, "backoffice/levels/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Make a level."""
    highest = Level.objects.order_by("-rank").values_list("rank", flat=True).first() or 0
    form = LevelForm(
        request.POST if request.method == "POST" else None,
        initial={"rank": highest + 1, "match": "all"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            code = form.cleaned_data["code"].lower()
            create_level(code, form.told(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("The level was made. Members are looked at now."))
            return redirect("/levels/")
    return _draw(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, level: str) -> HttpResponseBase:
    """Show a level, and change it."""
    row: Level = found(Level.objects.filter(pk=identified("lvl", level)).first())
    is_sent = request.method == "POST" and request.person.may(MANAGE)
    form = LevelForm(request.POST if is_sent else None, row=row, initial=level_initial(row))
    if is_sent and form.is_valid():
        try:
            change_level(row.pk, form.told(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("/levels/")
    return _draw(request, form, row)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def policy(request: StaffRequest) -> HttpResponseBase:
    """Choose how growth and points are earned and for how long levels are kept."""
    present = current_policy()
    initial = {name: getattr(present, name) for name in _POLICY}
    form = LevelPolicyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_policy(form.cleaned_data, actor=request.actor, now=utc_now())
        except DomainError as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved. Members are looked at now."))
            return redirect("/levels/")
    status = 422 if form.errors else 200
    return render(request, "backoffice/levels/policy.html", {"form": form}, status=status)


@require_POST
@staff_page(MEMBERS)
def give(request: StaffRequest, member: str) -> HttpResponseBase:
    """Give a member a level by hand, or none."""
    rows = visible_members(MEMBERS)
    row: Member = found(rows.filter(pk=identified("mem", member)).first())
    form = GiveForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            set_level(
                row.pk,
                told["level"].pk if told["level"] else None,
                is_fixed=told["is_fixed"],
                reason=told["reason"],
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The level was set."))
    return redirect(f"/members/{row.public_id}/")


def rule_text(row: Level) -> str:
    """Return what a level asks for, in words."""
    facts = {fact.code: fact for fact in known_facts()}
    currency, parts = current_tenant().currency, []
    for each in row.conditions:
        fact = facts.get(each["fact"])
        least: object = each["at_least"]
        if fact is not None and fact.is_amount:
            least = Money(each["at_least"], currency).decimal()
        label = fact.label if fact is not None else each["fact"]
        parts.append(f"{label} ≥ {least}")
    return (_(" or ") if row.match == "any" else _(" and ")).join(parts)


def benefit_texts(row: Level) -> list[str]:
    """Return what a level brings, in words."""
    texts = []
    if row.discount_bp:
        texts.append(_("%(percent)s %% off") % {"percent": f"{row.discount_bp / 100:g}"})
    if row.free_shipping:
        texts.append(_("Free shipping"))
    if row.points_bp != BASIS_POINTS:
        texts.append(_("Points × %(times)s") % {"times": f"{row.points_bp / BASIS_POINTS:g}"})
    return texts


def _draw(request: StaffRequest, form: LevelForm, row: Level | None) -> HttpResponseBase:
    status = 422 if form.errors else 200
    context = {"form": form, "row": row}
    return render(request, "backoffice/levels/edit.html", context, status=status)


def _show(form: Any, refusal: DomainError) -> None:
    field = str(refusal.fields.get("field", ""))
    names = {"discount_bp": "discount", "points_bp": "points"}
    name = names.get(field, field.replace("conditions.", "from_"))
    form.add_error(name if name in form.fields else None, str(refusal))
