"""The themes of the shop in the console: copied, named, put in use, carried as files."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from themes import wardrobe
from themes.archives import MOST_ARCHIVE, archive_of, take_in
from themes.desk import live_theme
from themes.editor.facts import EDIT, PUBLISH
from themes.releasing import publish_all

PATH = "/design/"


@require_POST
@staff_page(PUBLISH)
def publish_everything(request: StaffRequest) -> HttpResponseBase:
    """Publish every page that was changed, all at once."""

    def work() -> str:
        made = publish_all(live_theme().pk, note="", actor=request.actor)
        if made is None:
            return _("Everything is as it is published already.")
        return _("All changes are live now.")

    return _done(request, work)


@require_POST
@staff_page(EDIT)
def copy(request: StaffRequest, theme: UUID) -> HttpResponseBase:
    """Copy a theme."""

    def work() -> str:
        before = wardrobe.theme_with_id(theme).name or _("Plain pages")
        name = _("Copy of %(name)s") % {"name": before}
        made = wardrobe.duplicate(theme, name=name, actor=request.actor)
        return _("“%(name)s” was made.") % {"name": made.name}

    return _done(request, work)


@require_POST
@staff_page(EDIT)
def name(request: StaffRequest, theme: UUID) -> HttpResponseBase:
    """Call a theme otherwise."""

    def work() -> str:
        wardrobe.rename(theme, name=request.POST.get("name", ""), actor=request.actor)
        return _("The name was changed.")

    return _done(request, work)


@require_POST
@staff_page(PUBLISH)
def put_on(request: StaffRequest, theme: UUID) -> HttpResponseBase:
    """Show a theme to visitors."""

    def work() -> str:
        used = wardrobe.use(theme, actor=request.actor)
        return _("Visitors see “%(name)s” now.") % {"name": used.name}

    return _done(request, work)


@require_POST
@staff_page(PUBLISH)
def away(request: StaffRequest, theme: UUID) -> HttpResponseBase:
    """Take a theme out of the list."""

    def work() -> str:
        wardrobe.put_away(theme, actor=request.actor)
        return _("The theme was put away.")

    return _done(request, work)


@require_safe
@staff_page(EDIT)
def file(request: StaffRequest, theme: UUID) -> HttpResponseBase:
    """Send a theme as a file."""
    content = archive_of(theme)
    response = HttpResponse(content, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="theme-{theme}.zip"'
    return response


@require_POST
@staff_page(PUBLISH)
def take(request: StaffRequest) -> HttpResponseBase:
    """Make a theme of a file."""

    def work() -> str:
        sent = request.FILES.get("file")
        content = sent.read(MOST_ARCHIVE + 1) if sent is not None else b""
        made = take_in(content, actor=request.actor)
        return _("“%(name)s” was made.") % {"name": made.name}

    return _done(request, work)


def _done(request: StaffRequest, work: Callable[[], str]) -> HttpResponseBase:
    """Do it, say what came of it, and go back to the list."""
    try:
        messages.success(request, work())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(PATH)
