"""Tags of members: all of them, given to many at once, renamed, taken away."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.orders.forms import TagsForm
from kernel.backoffice.pieces import identified, inner_path
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.levels.services import remove_tag, rename_tag, tag_members, tags_in_use
from kernel.members.selectors import visible_members

VIEW: Final = "levels.view"
MANAGE: Final = "levels.manage"
MEMBERS: Final = "members.manage"
_MOST_TICKED: Final = 200


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the tags by their names."""
    return render(request, "backoffice/levels/tags.html", {"rows": tags_in_use()})


@require_POST
@staff_page(MEMBERS)
def assign(request: StaffRequest) -> HttpResponseBase:
    """Give tags to the members that were ticked, or take them away."""
    form = TagsForm(request.POST)
    keys = [identified("mem", text) for text in request.POST.getlist("member")[:_MOST_TICKED]]
    own = list(visible_members(MEMBERS).filter(pk__in=keys).values_list("pk", flat=True))
    try:
        if form.is_valid():
            names = form.names()
            is_removing = request.POST.get("do") == "remove"
            number = tag_members(
                own,
                add=() if is_removing else names,
                remove=names if is_removing else (),
                actor=request.actor,
                now=utc_now(),
            )
            text = ngettext("%(n)s member was changed.", "%(n)s members were changed.", number)
            messages.success(request, text % {"n": number})
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(inner_path(request.POST.get("next")))


@require_POST
@staff_page(MANAGE)
def rename(request: StaffRequest) -> HttpResponseBase:
    """Give a tag another name."""
    name, wanted = request.POST.get("tag", ""), request.POST.get("name", "")
    try:
        rename_tag(name, wanted, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The tag was renamed."))
    return redirect("/tags/")


@require_POST
@staff_page(MANAGE)
def remove(request: StaffRequest) -> HttpResponseBase:
    """Take a tag from everybody."""
    remove_tag(request.POST.get("tag", ""), actor=request.actor, now=utc_now())
    messages.success(request, _("The tag was taken away."))
    return redirect("/tags/")
