"""Search terms, synonyms and hot words on one page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.promotions.taking import refuse
from kernel.backoffice.searching.forms import HotWordsForm, PhrasesForm, TermFilter
from kernel.common.errors import DomainError
from kernel.common.time import local_date, utc_now
from kernel.search.models import Synonym
from kernel.search.selectors import hot_words, index_state, synonyms, terms_since
from kernel.search.services import (
    add_synonyms,
    change_synonyms,
    delete_synonyms,
    order_index,
    set_hot_words,
)
from kernel.search.tasks import begin_rebuild
from kernel.tenancy.context import current_tenant

VIEW, MANAGE = "search.view", "search.manage"
HOME: Final = "/searching/"
_DAYS: Final = 30


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show what was searched for, what found nothing, and the shop's own words."""
    return _draw(request)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, synonym: str = "") -> HttpResponseBase:
    """Add a group of synonyms, or change one."""
    row: Synonym | None = None
    if synonym:
        row = found(synonyms().filter(pk=identified("syn", synonym)).first())
    if request.method != "POST":
        return _draw(request, row=row)
    form = PhrasesForm(request.POST)
    if form.is_valid():
        try:
            if row is None:
                add_synonyms(form.told(), actor=request.actor, now=utc_now())
            else:
                change_synonyms(row.pk, form.told(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            refuse(form, refusal, {})
        else:
            messages.success(request, _("The synonyms were saved."))
            return redirect(f"{HOME}#synonyms")
    return _draw(request, row=row, form=form)


@require_POST
@staff_page(MANAGE)
def delete(request: StaffRequest, synonym: str) -> HttpResponseBase:
    """Delete a group of synonyms."""
    try:
        delete_synonyms(identified("syn", synonym), actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The synonyms were deleted."))
    return redirect(f"{HOME}#synonyms")


@require_POST
@staff_page(MANAGE)
def propose(request: StaffRequest) -> HttpResponseBase:
    """Choose the searches that the shop proposes."""
    form = HotWordsForm(request.POST, auto_id="hot_%s")
    if form.is_valid():
        try:
            set_hot_words(form.told(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            refuse(form, refusal, {})
        else:
            messages.success(request, _("The proposed searches were saved."))
            return redirect(f"{HOME}#hot")
    return _draw(request, hot=form)


@require_POST
@staff_page(MANAGE)
def rebuild(request: StaffRequest) -> HttpResponseBase:
    """Have the index made anew in the background."""
    order_index(actor=request.actor, now=utc_now())
    begin_rebuild()
    messages.success(request, _("The index is being made anew. Searches work meanwhile."))
    return redirect(f"{HOME}#index")


def _draw(
    request: StaffRequest,
    *,
    row: Synonym | None = None,
    form: PhrasesForm | None = None,
    hot: HotWordsForm | None = None,
) -> HttpResponseBase:
    since = local_date(utc_now(), current_tenant().zone) - timedelta(days=_DAYS - 1)
    narrow = TermFilter(request.GET)
    page, context = narrowed_page(
        request, narrow, lambda wanted: terms_since(since, only_misses=bool(wanted.get("misses")))
    )
    phrases = "\n".join(row.phrases) if row else ""
    proposed = "\n".join(hot_words())
    further: dict[str, Any] = {
        "rows": page,
        "days": _DAYS,
        "groups": synonyms(),
        "group": row,
        "index": index_state(),
        "form": form or PhrasesForm(initial={"phrases": phrases}),
        "hot_form": hot or HotWordsForm(initial={"words": proposed}, auto_id="hot_%s"),
    }
    is_refused = any(each is not None and each.errors for each in (form, hot))
    return render(
        request,
        "backoffice/searching/index.html",
        {**context, **further},
        status=422 if is_refused else 200,
    )
