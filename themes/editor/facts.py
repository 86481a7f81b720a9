"""What the editor starts with: the page, its draft, and all that can be put into it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.middleware.csrf import get_token
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.backoffice.guard import StaffRequest
from kernel.backoffice.shell import Shell
from kernel.common.colours import palette
from kernel.i18n.languages import named, offered
from kernel.notifications.addresses import web_address
from kernel.tenancy.context import TenantRef, current_tenant
from themes.desk import Draft, pages_of, title_of
from themes.editor import catalogue
from themes.editor.passes import Pass, canvas_address
from themes.editor.shown import around, sample_params
from themes.editor.words import words
from themes.figures.reading import figures_of, local_today
from themes.models import Page
from themes.names import PART
from themes.own_pages import pages_showing
from themes.packs.wearing import colours_sheet, worn
from themes.resolving import picture_url

EDIT = "design.edit"
PUBLISH = "design.publish"
UPLOAD = "media.manage"
FIGURE_DAYS = 30


def editor_facts(request: StaffRequest, draft: Draft) -> dict[str, Any]:
    """Return everything that the client holds of a page when it starts."""
    tenant, page = current_tenant(), draft.page
    pages = pages_of(page.theme)
    may_change = not Shell(request).is_read_only
    return {
        "person": request.person.public_id,
        "reader": get_language(),
        "csrf": get_token(request),
        "words": words(),
        "page": page_told(page),
        "pages": [page_told(each) for each in pages],
        "draft": {"doc": draft.doc, "rev": draft.rev},
        "blocks": catalogue.blocks_for(page, tenant),
        "groups": [[code, str(label)] for code, label in catalogue.GROUPS],
        "sources": catalogue.sources_for(),
        "languages": _languages(tenant),
        "language": tenant.locale,
        "theme": _theme(tenant),
        "canvas": canvas_facts(page),
        "may": {
            "edit": may_change,
            "publish": may_change and request.person.may(PUBLISH),
            "upload": may_change and request.person.may(UPLOAD),
        },
        "urls": _urls(page),
        "pictures": {name: picture_url(name) for name in catalogue.pictures_in(draft.doc)},
        "figures": figures_told(page),
        "parts": _parts(page, pages),
    }


def page_told(page: Page) -> dict[str, str]:
    """Return a page as the list of the editor holds it."""
    told = {"id": str(page.pk), "kind": page.kind, "template": page.template}
    return {**told, "title": title_of(page)}


def figures_told(page: Page) -> dict[str, list[int]]:
    """Return how often each block was seen and tapped in a month."""
    figures = figures_of(page, days=FIGURE_DAYS, today=local_today())
    return {block: [each.seen, each.taps] for block, each in figures.items()}


def part_told(part: Page, shown_on: Iterable[Page] = ()) -> dict[str, Any]:
    """Return a reusable part as the editor holds it, with the pages that show it."""
    pages = [{"id": str(each.pk), "title": title_of(each)} for each in shown_on]
    return {"id": str(part.pk), "handle": part.handle, "title": part.title, "pages": pages}


def _parts(page: Page, pages: Iterable[Page]) -> list[dict[str, Any]]:
    parts = [each for each in pages if each.template == PART]
    # Where there are no parts, nobody reads every document to learn where they stand.
    showing = pages_showing(page.theme) if parts else {}
    return [part_told(each, showing.get(each.handle, ())) for each in parts]


def canvas_facts(page: Page) -> dict[str, str]:
    """Return where the shop shows the draft of a page to the editor."""
    given = Pass("edit", page.pk)
    params = sample_params(around(page))
    origin = web_address("store", "/").rstrip("/")
    address = canvas_address(given, params, language=current_tenant().locale)
    return {"url": address, "origin": origin, "address": origin.partition("://")[2]}


def _languages(tenant: TenantRef) -> list[tuple[str, str]]:
    """The shop's own language first: texts without another are in it."""
    codes = (tenant.locale, *(each for each in offered(tenant) if each != tenant.locale))
    return named(codes)


def _theme(tenant: TenantRef) -> dict[str, Any]:
    """The colours of the pack that is worn: which there are, and which are chosen."""
    theme = worn()
    palettes = [
        {
            "code": each.code,
            "title": {"zh-hans": each.name.zh, "en": each.name.en},
            "colours": [each.brand, each.ground, each.sunk],
            "css": colours_sheet(f"{theme.pack.code}:{each.code}"),
        }
        for each in (theme.pack.palettes if theme.pack else ())
        if theme.pack
    ]
    chosen = theme.palette.code if theme.palette else ""
    colour = theme.palette.brand if theme.palette else tenant.brand.colour
    return {"palette": chosen, "palettes": palettes, "swatches": _swatches(colour)}


def _swatches(colour: str) -> list[dict[str, str]]:
    found = palette(colour)
    return [
        {"token": "@brand", "label": _("Brand"), "colour": found.brand},
        {"token": "@brand-soft", "label": _("Brand, soft"), "colour": found.soft},
        {"token": "@brand-text", "label": _("Brand, for texts"), "colour": found.text},
        {"token": "@on-brand", "label": _("On the brand"), "colour": found.on_brand},
    ]


def _urls(page: Page) -> dict[str, str]:
    own = f"/design/pages/{page.pk}/"
    return {
        "back": "/design/",
        "pages": "/design/pages/",
        "draft": f"{own}draft/",
        "publish": f"{own}publish/",
        "versions": f"{own}versions/",
        "scheduled": f"{own}planned/",
        "share": f"{own}share/",
        "canvas": f"{own}canvas/",
        "presence": f"{own}presence/",
        "parts": f"{own}parts/",
        "theme": "/design/colours/",
        "find": "/design/find/",
        "media": "/design/media/",
        "upload": "/design/media/add/",
    }
