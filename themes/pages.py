"""Answers requests with pages: found in the cache, or drawn from documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from markupsafe import Markup

from kernel.cart import cookies
from kernel.common.bounded import BoundedMemory
from kernel.i18n.languages import named, offered
from kernel.i18n.markets import code_here
from kernel.i18n.showing import shown_currency
from kernel.members.middleware import member_of
from kernel.tenancy.context import BrandRef, current_tenant
from themes.buyers import groups_in
from themes.cache import pages as kept
from themes.cache.counters import tokens
from themes.comparing.visitors import seated
from themes.contract import Client, PageContext, Shop, Viewer
from themes.documents import CompiledBlock, digest_of
from themes.doors import doors, modules_with_doors
from themes.fields import Json
from themes.in_languages import (
    alternate_addresses,
    canonical_address,
    prefix_of,
    with_parameter,
    with_prefix,
)
from themes.kinds import Elsewhere, Nothing, PageKind, cleaned, kind_of, with_settings
from themes.packs.wearing import PARAMETER, trial_in, trying, worn_pack
from themes.rendering import document_css, draw
from themes.sources import all_counters, load_all
from themes.store import (
    GROUPS,
    edition,
    moment,
    next_release,
    one_moment,
    published,
    seconds_here,
)

_SHEET_SECONDS: Final = 3_600.0
_sheets: BoundedMemory[tuple[str, ...], str] = BoundedMemory(1_000)
_JSON_ESCAPES: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@dataclass(frozen=True, slots=True)
class Chrome:
    """What stands around the content of every page, and the sheet of its settings."""

    header: Markup
    footer: Markup
    tabbar: Markup
    sheet: str


@dataclass(frozen=True, slots=True)
class _Drawn:
    body: bytes
    tokens: Mapping[str, str]
    modules: frozenset[str]
    seconds: int


def serve(
    request: HttpRequest,
    template: str,
    *,
    params: Mapping[str, str] | None = None,
    inputs: Mapping[str, Json] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page by the name of its document.

    Parameters are those of the path; those of the query are added. Inputs are what
    the view adds to a private page.
    """
    with one_moment(), seated(request) as seat:
        response = _served(request, template, params or {}, inputs or {}, status)
    seat.kept_in(response)
    return response


def _served(
    request: HttpRequest,
    template: str,
    params: Mapping[str, str],
    inputs: Mapping[str, Json],
    status: int,
) -> HttpResponse:
    kind = kind_of(template)
    own = cleaned(kind, {**request.GET.dict(), **params})
    if (link := request.GET.get(PARAMETER)) and (theme := trial_in(link)) is not None:
        with trying(theme):
            return _tried(request, kind, own, inputs, link)
    prefix = prefix_of(request)
    if not kind.is_private and kind.is_kept:
        return _from_cache(request, kind, own)
    viewer = viewer_of(request) if kind.is_private else None
    own_inputs = {**inputs, "csrf": get_token(request)} if kind.is_private else {}
    page = context_of(kind.template, own, viewer=viewer, inputs=own_inputs)
    drawn = _draw(page, kind, prefix=prefix)
    if isinstance(drawn, HttpResponse):
        return drawn
    response = HttpResponse(drawn.body, status=status)
    if kind.is_private:
        add_never_cache_headers(response)
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def _tried(
    request: HttpRequest,
    kind: PageKind,
    own: Mapping[str, str],
    inputs: Mapping[str, Json],
    link: str,
) -> HttpResponse:
    """Answer with a page in a theme that is tried on: kept for nobody, found by nobody."""
    viewer = viewer_of(request) if kind.is_private else None
    told = {**inputs, "csrf": get_token(request)} if kind.is_private else {}
    page = context_of(kind.template, own, viewer=viewer, inputs=told)
    drawn = _draw(page, kind, prefix=prefix_of(request))
    if isinstance(drawn, HttpResponse):
        return drawn
    response = HttpResponse(with_parameter(drawn.body.decode(), PARAMETER, link))
    response.headers["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(response)
    return response


def _from_cache(request: HttpRequest, kind: PageKind, own: Mapping[str, str]) -> HttpResponse:
    tenant, prefix, offer = current_tenant(), prefix_of(request), shown_currency()
    key = kept.page_key(
        tenant,
        kind.template,
        prefix,
        translation.get_language(),
        tenant.currency,
        offer.code if offer else "",
        code_here(),
        urlencode(sorted(own.items())),
        *seconds_here(),
    )
    found, versions = kept.find_page(tenant, key, all_counters())
    if found is not None:
        return kept.answer(request, found)
    page = context_of(kind.template, own)
    drawn = _draw(page, kind, prefix=prefix, known=versions)
    if isinstance(drawn, HttpResponse):
        return drawn
    moments = [published(name).next_boundary(page.now) for name in (*GROUPS, kind.template)]
    moments.append(next_release(page.now))
    seconds = [(each - page.now).total_seconds() for each in moments if each is not None]
    stored = kept.keep_page(
        tenant,
        key,
        drawn.body,
        tokens=drawn.tokens,
        modules=drawn.modules | modules_with_doors(tenant),
        seconds=min([drawn.seconds, *seconds]),
    )
    return kept.answer(request, stored)


def viewer_of(request: HttpRequest) -> Viewer:
    """Return who looks; asks the database when somebody is signed in."""
    member = member_of(request)
    token, groups = cookies.cookie_token(request), groups_in(request)
    if member is None:
        return Viewer(token=token, groups=groups)
    return Viewer(member_id=member.id, name=member.name, token=token, groups=groups)


def context_of(
    template: str,
    params: Mapping[str, str],
    *,
    viewer: Viewer | None = None,
    inputs: Mapping[str, Json] | None = None,
    client: Client = "web",
) -> PageContext:
    """Return what a page of the current tenant is drawn from, in the current language."""
    tenant, language = current_tenant(), translation.get_language()
    offer, others = shown_currency(), tenant.offers.currencies
    return PageContext(
        shop=Shop(
            name=tenant.brand.name,
            colour=tenant.brand.colour,
            logo_url=tenant.brand.logo_url,
            support_email=tenant.brand.support_email,
            support_phone=tenant.brand.support_phone,
            papers=_papers(tenant.brand),
            locale=tenant.locale,
            zone=tenant.zone,
            languages=tuple(named(offered(tenant))),
            currencies=(tenant.currency, *(each.code for each in others)) if others else (),
            doors=tuple(each.as_mapping() for each in doors(tenant)),
        ),
        language=language,
        currency=tenant.currency,
        shown=offer.code if offer else "",
        client=client,
        template=template,
        now=moment(),
        params=params,
        viewer=viewer,
        inputs=inputs or {},
    )


def _papers(brand: BrandRef) -> dict[str, str]:
    found = {"help": brand.support_url, "terms": brand.terms_url, "privacy": brand.privacy_url}
    return {name: address for name, address in found.items() if address}


def chrome(request: HttpRequest) -> Chrome:
    """Draw what stands around a page that is no document: a module's own, a refusal."""
    page = context_of("", {}, viewer=viewer_of(request), inputs={"csrf": get_token(request)})
    drawing = draw(_groups(), page, versions=tokens(all_counters()))
    return Chrome(**drawing.html, sheet=_sheet(""))


def _groups() -> dict[str, tuple[CompiledBlock, ...]]:
    return {name: published(name).blocks for name in GROUPS}


def _draw(
    page: PageContext, kind: PageKind, *, prefix: str, known: Mapping[str, str] | None = None
) -> _Drawn | HttpResponse:
    # Read before any data, so that a change in between leaves nothing that looks current.
    versions = tokens(all_counters(), known=known)
    wishes = kind.needs(page)
    loaded = load_all(wishes.values(), page)
    facts = kind.head(page, {name: loaded[wish] for name, wish in wishes.items()})
    if isinstance(facts, Nothing):
        raise Http404
    if isinstance(facts, Elsewhere):
        return HttpResponsePermanentRedirect(f"{prefix}{facts.path}")
    regions = {**_groups(), "main": published(kind.template).blocks}
    facts = with_settings(facts, published(kind.template).settings, page.language)
    drawing = draw(regions, page, versions=versions, loaded=loaded)
    html = dict(drawing.html)
    main = html.pop("main")
    if kind.is_private and drawing.faults and not main:
        # Nobody can do there what he came for: saying so is better than an empty page.
        raise next(iter(drawing.faults.values()))
    context: dict[str, Any] = {
        "regions": Chrome(**html, sheet=_sheet(kind.template)),
        "main": main,
        "head": facts,
        "page": page,
        "canonical": canonical_address(facts, page),
        "alternates": alternate_addresses(facts, page),
        "structured": [_as_script(each) for each in facts.structured],
    }
    body = get_template("themes/page.html", using="jinja2").render(context)
    if prefix:
        body = with_prefix(body, prefix)
    return _Drawn(body.encode(), drawing.tokens, drawing.modules, drawing.seconds)


def _as_script(document: Mapping[str, Json]) -> Markup:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_JSON_ESCAPES))  # noqa: S704  what could end the element is escaped


def sheet_of(template: str) -> str:
    """Return the style sheet of the settings of a page and of what stands around it."""
    names = [*GROUPS, template] if template else list(GROUPS)
    pages = [published(name) for name in names]
    key = tuple(page.digest for page in pages)
    found = _sheets.get(key)
    if found is None:
        found = document_css(block for page in pages for block in page.blocks)
        _sheets.put(key, found, seconds=_SHEET_SECONDS)
    return found


def _sheet(template: str) -> str:
    """The address of that sheet; empty when nothing is in it."""
    text, pack = sheet_of(template), worn_pack()
    name, theme = template or "frame", f"&theme={pack}" if pack else ""
    releases = f"&of={','.join(edition())}" if edition() else ""
    return f"/sheets/{name}.css?v={digest_of(text)}{theme}{releases}" if text else ""
