"""The market: what there is, and one thing of it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channel_center.billing.services.wallets import view_of, wallet_of
from channel_center.market.console.pages import MANAGE, VIEW
from channel_center.market.console.words import category_name, changes_of
from channel_center.market.selectors import item_of, items_of, narrowed
from channel_center.market.switching import switch_off, switch_on
from channel_center.market.values import Item
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant
from tenants.console.pages import MANAGE_MODULES

UNDO: Final = "market.undo"
_UNDO_SECONDS: Final = 600


@require_GET
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List functions and everything else that can be had, by category."""
    found = items_of(current_tenant(), now=utc_now())
    text, category = request.GET.get("q", "")[:80], request.GET.get("category", "")[:40]
    groups: dict[str, list[Item]] = {}
    for item in narrowed(found, text=text, category=category):
        groups.setdefault(item.category, []).append(item)
    codes = sorted({item.category for item in found}, key=category_name)
    context = {
        "groups": [(category_name(code), groups[code]) for code in codes if code in groups],
        "categories": [(code, category_name(code)) for code in codes],
        "text": text,
        "category": category,
        "owned": [item for item in found if item.bought is not None and item.bought.is_open],
    }
    return render(request, "market/index.html", context)


@require_GET
@staff_page(VIEW)
def show(request: StaffRequest, code: str) -> HttpResponseBase:
    """Show one thing: what it does, needs and costs, and what becomes of it."""
    item = item_of(current_tenant(), code, now=utc_now())
    return render(request, "market/item.html", page_of(request, item))


def page_of(request: StaffRequest, item: Item) -> dict[str, Any]:
    """Return what the page of an item shows."""
    manifest = item.function.status.manifest if item.function else None
    return {
        "item": item,
        "category": category_name(item.category),
        "changes": changes_of(manifest) if manifest else [],
        "may_buy": request.person.may(MANAGE),
        "may_switch": request.person.may(MANAGE_MODULES),
        "wallet": view_of(wallet_of(tenant_id=current_tenant().id)),
        "undo": _undo_of(request, item.code),
    }


@require_POST
@staff_page(MANAGE_MODULES)
def switch(request: StaffRequest, code: str) -> HttpResponseBase:
    """Switch a function on or off with one click, and offer to take it back."""
    item = item_of(current_tenant(), code, now=utc_now())
    do = "off" if request.POST.get("do") == "off" else "on"
    try:
        if do == "on":
            switch_on(item, actor=request.actor)
            messages.success(request, _("%(name)s is being switched on.") % {"name": item.name})
        else:
            switch_off(item, actor=request.actor)
            text = _("%(name)s is off. Its data is kept for when you want it again.")
            messages.success(request, text % {"name": item.name})
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        note_undo(request, item.code, "off" if do == "on" else "on")
    return redirect(f"/market/{item.code}/")


def note_undo(request: StaffRequest, code: str, do: str) -> None:
    """Remember for a while what would take the last switch back."""
    until = int(utc_now().timestamp()) + _UNDO_SECONDS
    request.session[UNDO] = {"code": code, "do": do, "until": until}


def _undo_of(request: StaffRequest, code: str) -> str:
    noted = request.session.get(UNDO) or {}
    is_fresh = noted.get("until", 0) > utc_now().timestamp()
    return str(noted.get("do", "")) if is_fresh and noted.get("code") == code else ""
