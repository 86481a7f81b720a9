"""Pages and parts that the shop makes itself, in the console and in the editor."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from themes.desk import draft_of, page_with
from themes.editor.facts import EDIT, PUBLISH, part_told
from themes.errors import UnknownPage
from themes.models import Page
from themes.names import LANDING, MANY, PART
from themes.own_pages import duplicate_page, make_page, make_part, remove_page, rename_page

PATH = "/design/"


@require_POST
@staff_page(EDIT)
def make(request: StaffRequest, template: str) -> HttpResponseBase:
    """Make a page, or a part, and open it."""
    if template not in MANY:
        raise UnknownPage
    told = request.POST
    return _opened(
        request,
        lambda: make_page(
            template,
            title=told.get("title", ""),
            handle=told.get("handle", ""),
            actor=request.actor,
        ),
    )


@require_POST
@staff_page(EDIT)
def copy(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Make another one like it, and open it."""
    title = _("Copy of %(name)s") % {"name": page_with(page).title}
    return _opened(request, lambda: duplicate_page(page, title=title, actor=request.actor))


@require_POST
@staff_page(EDIT)
def name(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Call it otherwise."""
    row, told = page_with(page), request.POST

    def work() -> str:
        rename_page(
            page,
            title=told.get("title", row.title),
            handle=told.get("handle", row.handle),
            actor=request.actor,
        )
        return _("The page is called otherwise now.")

    return _done(request, row.template, work)


@require_POST
@staff_page(PUBLISH)
def remove(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Take it away."""
    row = page_with(page)

    def work() -> str:
        remove_page(page, actor=request.actor)
        return _("“%(name)s” was deleted.") % {"name": row.title}

    return _done(request, row.template, work)


@require_POST
@staff_page(EDIT)
def make_part_of(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Make a part of a block of a page, for the editor."""
    try:
        told = json.loads(request.body)
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    made = make_part(
        told.get("block"),
        title=str(told.get("title") or ""),
        actor=request.actor,
        theme=page_with(page).theme,
    )
    return JsonResponse(part_told(made))


@require_safe
@staff_page(EDIT)
def part(request: StaffRequest, page: UUID, part: UUID) -> HttpResponseBase:
    """Return the blocks of a part, for a page that takes them over."""
    row = page_with(part)
    if row.template != PART or row.theme_id != page_with(page).theme_id:
        raise UnknownPage
    return JsonResponse({"blocks": draft_of(row).doc["blocks"]})


def _opened(request: StaffRequest, work: Callable[[], Page]) -> HttpResponseBase:
    try:
        return redirect(f"{PATH}pages/{work().pk}/")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(PATH)


def _done(request: StaffRequest, template: str, work: Callable[[], str]) -> HttpResponseBase:
    try:
        messages.success(request, work())
    except DomainError as refusal:
        messages.error(request, _said(refusal))
    return redirect(f"{PATH}#{template if template in (LANDING, PART) else ''}")


def _said(refusal: DomainError) -> str:
    pages = refusal.fields.get("pages")
    text = str(refusal)
    return f"{text} ({', '.join(pages)})" if isinstance(pages, list) else text
