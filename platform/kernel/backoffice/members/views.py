"""Members: find, look at, keep from signing in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from kernel.access.models import Staff
from kernel.backoffice.fields.filters import OwnFilter
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.levels.forms import GiveForm
from kernel.backoffice.members.balances import balances_of
from kernel.backoffice.members.files import member_rows
from kernel.backoffice.members.ranks import held_ranks
from kernel.backoffice.orders.forms import TagsForm
from kernel.backoffice.pieces import (
    found,
    identified,
    inner_path,
    paged,
    query_without_page,
)
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.fields.choices import Subject
from kernel.levels.selectors import (
    history_of,
    levels_by_member,
    progress_of,
    segments_by_name,
)
from kernel.members.models import Address, Member
from kernel.members.selectors import identities_of, sessions_of, visible_members
from kernel.members.services.staff import (
    assign_members,
    disable_member,
    enable_member,
    find_members,
    set_member_tags,
    tags_of,
)
from kernel.orders.selectors import visible_orders

VIEW, MANAGE = "members.view", "members.manage"
_ORDERS_SHOWN = 10
_CHANGES_SHOWN = 10
_MOST_TICKED = 200


class MemberFilter(OwnFilter):
    """Which members a list shows."""

    subject = Subject.MEMBER

    wanted_text = forms.CharField(
        required=False, max_length=120, label=gettext_lazy("Name, e-mail or telephone")
    )
    state = forms.ChoiceField(
        required=False,
        label=gettext_lazy("May sign in"),
        choices=[
            ("", gettext_lazy("All")),
            ("open", gettext_lazy("Yes")),
            ("disabled", gettext_lazy("Disabled")),
            ("gone", gettext_lazy("Gone")),
        ],
    )

    tag = forms.CharField(required=False, max_length=40, label=gettext_lazy("Tag"))
    advisor = forms.ModelChoiceField(
        queryset=Staff.objects.order_by("name", "id"),
        required=False,
        label=gettext_lazy("Looked after by"),
        empty_label=gettext_lazy("All"),
    )

    def asked(self) -> dict[str, Any]:
        """Return what `find_members` takes."""
        given = self.wanted()
        return {
            "wanted": given.get("wanted_text", ""),
            "state": given.get("state", ""),
            "tag": given.get("tag", ""),
            "advisor": given["advisor"].pk if given.get("advisor") else None,
        }


class AdvisorForm(forms.Form):
    """Who looks after members."""

    advisor = forms.ModelChoiceField(
        queryset=Staff.objects.filter(is_active=True).order_by("name", "id"),
        required=False,
        label=gettext_lazy("Looked after by"),
        empty_label=gettext_lazy("Nobody"),
    )


class DisableForm(forms.Form):
    """Why a member may not sign in any more."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List members, the latest first."""
    narrow = MemberFilter(request.GET)
    asked = narrow.asked()
    page = paged(request, find_members(**asked).filter(narrow.own()))
    context = {
        "filter": narrow,
        "is_narrowed": bool(narrow.wanted()),
        "page": page,
        "tags": tags_of([row.pk for row in page]),
        "assign": AdvisorForm(auto_id="assign_%s"),
        "levels": levels_by_member([row.pk for row in page]),
        "query": query_without_page(request.GET),
    }
    return render(request, "backoffice/members/list.html", context)


def export_rows(query: QueryDict) -> Iterator[Iterable[object]]:
    """Return the rows of a file of the members that a filter leaves."""
    narrow = MemberFilter(query)
    found_ones = find_members(**narrow.asked(), permission=MANAGE)
    return member_rows(found_ones.filter(narrow.own()))


@require_safe
@staff_page(VIEW)
def show(request: StaffRequest, member: str) -> HttpResponseBase:
    """Show a member."""
    return _draw(request, _row(member), DisableForm())


def _draw(
    request: StaffRequest, row: Member, form: DisableForm, *, status: int = 200
) -> HttpResponseBase:
    context = {
        "member": row,
        "form": form,
        "identities": identities_of(row.pk),
        "addresses": Address.objects.filter(member=row).order_by("-is_default", "id"),
        "sessions": sessions_of(row.pk, now=utc_now()),
        "orders": visible_orders(VIEW).filter(member=row).order_by("-id")[:_ORDERS_SHOWN],
        "tags": TagsForm(initial={"tags": ", ".join(tags_of([row.pk])[row.pk])}),
        "balances": balances_of(row),
        "assign": AdvisorForm(initial={"advisor": row.advisor_id}),
        **_belonging(row),
        "ranks": held_ranks(row.pk) if request.person.may("rewards.view") else (),
    }
    return render(request, "backoffice/members/detail.html", context, status=status)


def _belonging(row: Member) -> dict[str, Any]:
    """Return the level of a member, how it came about, and the segments that he is in."""
    found = progress_of(row.pk, now=utc_now())
    return {
        "progress": found,
        "history": history_of(row.pk)[:_CHANGES_SHOWN] if found.is_used else (),
        "segments": segments_by_name(row.pk),
        "give": GiveForm(
            initial={"level": found.level, "is_fixed": found.is_fixed}, auto_id="give_%s"
        ),
    }


@require_POST
@staff_page(MANAGE)
def disable(request: StaffRequest, member: str) -> HttpResponseBase:
    """Keep a member from signing in."""
    row = _row(member, MANAGE)
    form = DisableForm(request.POST)
    if not form.is_valid():
        return _draw(request, row, form, status=422)
    try:
        disable_member(
            row.pk, reason=form.cleaned_data["reason"], actor=request.actor, now=utc_now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The member can no longer sign in."))
    return redirect(f"/members/{row.public_id}/")


@require_POST
@staff_page(MANAGE)
def enable(request: StaffRequest, member: str) -> HttpResponseBase:
    """Let a member sign in again."""
    row = _row(member, MANAGE)
    try:
        enable_member(row.pk, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The member can sign in again."))
    return redirect(f"/members/{row.public_id}/")


@require_POST
@staff_page(MANAGE)
def tags(request: StaffRequest, member: str) -> HttpResponseBase:
    """Give a member these tags and no others."""
    row = _row(member, MANAGE)
    form = TagsForm(request.POST)
    try:
        if form.is_valid():
            set_member_tags(row.pk, form.names(), actor=request.actor, now=utc_now())
            messages.success(request, _("The tags were saved."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"/members/{row.public_id}/")


def _row(text: str, permission: str = VIEW) -> Member:
    rows = visible_members(permission).select_related("advisor")
    row: Member = found(rows.filter(pk=identified("mem", text)).first())
    return row


@require_POST
@staff_page(MANAGE)
def assign(request: StaffRequest) -> HttpResponseBase:
    """Have somebody look after the members that were ticked."""
    form = AdvisorForm(request.POST)
    keys = [identified("mem", text) for text in request.POST.getlist("member")[:_MOST_TICKED]]
    own = list(visible_members(MANAGE).filter(pk__in=keys).values_list("pk", flat=True))
    try:
        if form.is_valid():
            advisor = form.cleaned_data["advisor"]
            key = advisor.pk if advisor is not None else None
            number = assign_members(own, key, actor=request.actor, now=utc_now())
            text = ngettext("%(n)s member was assigned.", "%(n)s members were assigned.", number)
            messages.success(request, text % {"n": number})
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(inner_path(request.POST.get("next")))
