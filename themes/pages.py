"""Answers requests with pages: found in the cache, or drawn from documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache as memoised
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from markupsafe import Markup

from kernel.cart import cookies
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.tenancy.context import current_tenant
from themes.buyers import groups_in
from themes.cache import pages as kept
from themes.cache.counters import tokens
from themes.contract import Client, PageContext, Shop, Viewer
from themes.documents import CompiledBlock, digest_of
from themes.doors import doors, modules_with_doors
from themes.fields import Json
from themes.kinds import Elsewhere, Head, Nothing, PageKind, cleaned, kind_of
from themes.rendering import document_css, draw
from themes.sources import all_counters, load_all
from themes.store import GROUPS, published

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
    """Answer with a page.

    Parameters are those of the path; those of the query are added. Inputs are what
    the view adds to a private page.
    """
    kind = kind_of(template)
    own = cleaned(kind, {**request.GET.dict(), **(params or {})})
    if not kind.is_private and kind.is_kept:
        return _from_cache(request, kind, own)
    viewer = viewer_of(request) if kind.is_private else None
    own_inputs = {**(inputs or {}), "csrf": get_token(request)} if kind.is_private else {}
    drawn = _draw(context_of(kind.template, own, viewer=viewer, inputs=own_inputs), kind)
    if isinstance(drawn, HttpResponse):
        return drawn
    response = HttpResponse(drawn.body, status=status)
    if kind.is_private:
        add_never_cache_headers(response)
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def _from_cache(request: HttpRequest, kind: PageKind, own: Mapping[str, str]) -> HttpResponse:
    tenant = current_tenant()
    key = kept.page_key(
        tenant,
        kind.template,
        translation.get_language(),
        tenant.currency,
        urlencode(sorted(own.items())),
    )
    found = kept.find_page(tenant, key, all_counters())
    if found is not None:
        return kept.answer(request, found)
    page = context_of(kind.template, own)
    drawn = _draw(page, kind)
    if isinstance(drawn, HttpResponse):
        return drawn
    moments = [published(name).next_boundary(page.now) for name in (*GROUPS, kind.template)]
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
    return PageContext(
        shop=Shop(
            name=tenant.brand.name,
            colour=tenant.brand.colour,
            logo_url=tenant.brand.logo_url,
            support_email=tenant.brand.support_email,
            locale=tenant.locale,
            zone=tenant.zone,
            doors=tuple(each.as_mapping() for each in doors(tenant)),
        ),
        language=language,
        currency=tenant.currency,
        client=client,
        template=template,
        now=utc_now(),
        params=params,
        viewer=viewer,
        inputs=inputs or {},
    )


def chrome(request: HttpRequest) -> Chrome:
    """Draw what stands around a page that is no document: a module's own, a refusal."""
    page = context_of("", {}, viewer=viewer_of(request), inputs={"csrf": get_token(request)})
    drawing = draw(_groups(), page, versions=tokens(all_counters()))
    return Chrome(**drawing.html, sheet=_sheet(""))


def _groups() -> dict[str, tuple[CompiledBlock, ...]]:
    return {name: published(name).blocks for name in GROUPS}


def _draw(page: PageContext, kind: PageKind) -> _Drawn | HttpResponse:
    # Read before any data, so that a change in between leaves nothing that looks current.
    versions = tokens(all_counters())
    wishes = kind.needs(page)
    loaded = load_all(wishes.values(), page)
    facts = kind.head(page, {name: loaded[wish] for name, wish in wishes.items()})
    if isinstance(facts, Nothing):
        raise Http404
    if isinstance(facts, Elsewhere):
        return HttpResponsePermanentRedirect(facts.path)
    regions = {**_groups(), "main": published(kind.template).blocks}
    drawing = draw(regions, page, versions=versions, loaded=loaded)
    html = dict(drawing.html)
    main = html.pop("main")
    context: dict[str, Any] = {
        "regions": Chrome(**html, sheet=_sheet(kind.template)),
        "main": main,
        "head": facts,
        "page": page,
        "canonical": _absolute(facts),
        "structured": [_as_script(each) for each in facts.structured],
    }
    body = get_template("themes/page.html", using="jinja2").render(context)
    return _Drawn(body.encode(), drawing.tokens, drawing.modules, drawing.seconds)


def _absolute(head: Head) -> str:
    host = current_tenant().host("store")
    return f"https://{host}{head.canonical}" if host and head.canonical else ""


def _as_script(document: Mapping[str, Json]) -> Markup:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_JSON_ESCAPES))  # noqa: S704  what could end the element is escaped


@memoised
def sheet_of(template: str) -> str:
    """Return the style sheet of the settings of a page and of what stands around it."""
    names = [*GROUPS, template] if template else list(GROUPS)
    return document_css(block for name in names for block in published(name).blocks)


@memoised
def _sheet(template: str) -> str:
    """The address of that sheet; empty when nothing is in it."""
    text = sheet_of(template)
    name = template or "frame"
    return f"/sheets/{name}.css?v={digest_of(text)}" if text else ""
