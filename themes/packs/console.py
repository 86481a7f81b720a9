"""The console's page of themes: seen, tried on, used with one click, taken back."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.branding.addresses import web_address
from kernel.common.errors import DomainError
from kernel.tenancy.context import current_tenant
from themes.packs.gallery import shelves
from themes.packs.menu import MANAGE, PATH
from themes.packs.reading import Pack, Palette, packs
from themes.packs.services import put_on, take_back
from themes.packs.wearing import Theme, theme_with, trial_path, worn


@dataclass(frozen=True, slots=True)
class Choice:
    """A palette of a pack, as the page offers it."""

    code: str
    name: str
    palette: Palette
    address: str
    is_worn: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """A pack, as the page offers it."""

    pack: Pack
    name: str
    summary: str
    choices: list[Choice]

    @property
    def is_worn(self) -> bool:
        """True when the shop wears one of its palettes."""
        return any(each.is_worn for each in self.choices)


@require_safe
@staff_page(MANAGE)
def gallery(request: StaffRequest) -> HttpResponseBase:
    """Show every theme in its colours."""
    before = current_tenant().offers.theme_before
    context = {
        "offered": [_offered(pack) for pack in packs()],
        "plain": _address(""),
        "is_plain": worn().pack is None,
        "before": None if before is None else name_of(theme_with(before)),
    }
    return render(request, "themes/packs.html", context)


@require_POST
@staff_page(MANAGE)
def use(request: StaffRequest) -> HttpResponseBase:
    """Put a theme on."""
    try:
        theme = put_on(request.POST.get("theme", ""), actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The shop wears “%(theme)s” now.") % {"theme": name_of(theme)})
    return redirect(PATH)


@require_POST
@staff_page(MANAGE)
def back(request: StaffRequest) -> HttpResponseBase:
    """Put the theme before on again."""
    try:
        theme = take_back(actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The shop wears “%(theme)s” now.") % {"theme": name_of(theme)})
    return redirect(PATH)


@require_safe
@staff_page(MANAGE)
def blocks(request: StaffRequest) -> HttpResponseBase:
    """Show every block that pages are made of, each with a picture."""
    return render(request, "themes/blocks.html", {"shelves": shelves()})


def name_of(theme: Theme) -> str:
    """Return what a theme is called."""
    if theme.pack is None or theme.palette is None:
        return _("Plain pages")
    language = get_language()
    name, colours = theme.pack.name, theme.palette.name
    return f"{name.in_language(language)} · {colours.in_language(language)}"


def _offered(pack: Pack) -> Offered:
    language, now = get_language(), worn().code
    choices = []
    for each in pack.palettes:
        code = f"{pack.code}:{each.code}"
        name = each.name.in_language(language)
        choices.append(Choice(code, name, each, _address(code), code == now))
    return Offered(
        pack, pack.name.in_language(language), pack.summary.in_language(language), choices
    )


def _address(code: str) -> str:
    """Return where the shop can be looked at in a theme; empty while it has no host."""
    host = current_tenant().host("store")
    return f"{web_address(host, 'store').rstrip('/')}{trial_path('/', code)}" if host else ""
