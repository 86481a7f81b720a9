"""The stock: what is where, how it came to be so, and corrections of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page, paged
from kernel.backoffice.stock.forms import (
    MANAGE,
    VIEW,
    CorrectForm,
    LevelsForm,
    MovementFilter,
    ReceiveForm,
    StockFilter,
)
from kernel.backoffice.stock.selectors import (
    level_rows,
    levels,
    movement_rows,
    movements,
    shown_levels,
    shown_movements,
)
from kernel.common.errors import DomainError
from kernel.inventory.models import StockItem
from kernel.inventory.services import StockLine, adjust, receive, set_levels

_FORMS: Final[dict[str, type[forms.Form]]] = {
    "correct": CorrectForm,
    "receive": ReceiveForm,
    "levels": LevelsForm,
}


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List what is where."""
    page, context = narrowed_page(request, StockFilter(request.GET), levels)
    context |= {"levels": shown_levels(page)}
    return render(request, "backoffice/stock/list.html", context)


def export_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the rows of a file of the stock that a filter leaves."""
    return level_rows(levels(StockFilter(query).wanted()))


def export_history_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the rows of a file of the movements that a filter leaves."""
    return movement_rows(movements(MovementFilter(query).wanted()))


@require_safe
@staff_page(VIEW)
def history(request: StaffRequest) -> HttpResponseBase:
    """List the movements of all stock, newest first."""
    page, context = narrowed_page(request, MovementFilter(request.GET), movements)
    context |= {"movements": shown_movements(list(page))}
    return render(request, "backoffice/stock/movements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def item(request: StaffRequest, item: str) -> HttpResponseBase:
    """Show one thing at one place with its movements; correct it."""
    rows = levels({}).filter(pk=identified("stk", item))
    row: StockItem = found(rows.first())
    act = request.POST.get("act", "")
    if request.method == "POST":
        if not request.person.may(MANAGE):
            raise PermissionDenied
        form = _FORMS.get(act, CorrectForm)(request.POST)
        if form.is_valid() and _done(request, row, act, form):
            return redirect(f"/stock/{row.public_id}/")
        return _draw(request, row, {act: form}, status=422)
    return _draw(request, row, {})


def _draw(
    request: StaffRequest, row: StockItem, refused: dict[str, forms.Form], *, status: int = 200
) -> HttpResponseBase:
    page = paged(request, movements({}, item_id=row.pk))
    usual = LevelsForm(initial={"safety": row.safety, "low_at": row.low_at})
    context = {
        "level": shown_levels([row])[0],
        "page": page,
        "movements": shown_movements(list(page)),
        "correct": refused.get("correct") or CorrectForm(),
        "receive": refused.get("receive") or ReceiveForm(),
        "levels": refused.get("levels") or usual,
    }
    return render(request, "backoffice/stock/item.html", context, status=status)


def _done(request: StaffRequest, row: StockItem, act: str, form: forms.Form) -> bool:
    work: dict[str, Callable[[], object]] = {
        "correct": lambda: adjust(
            [StockLine(row.variant_id, row.location_id, form.cleaned_data["by"])],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
        ),
        "receive": lambda: receive(
            [StockLine(row.variant_id, row.location_id, form.cleaned_data["pieces"])],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
        ),
        "levels": lambda: set_levels(
            row.variant_id, row.location_id, **form.cleaned_data, actor=request.actor
        ),
    }
    try:
        work.get(act, work["correct"])()
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The stock was saved."))
    return True
