"""Chooses the language and the currency of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from kernel.i18n.languages import NAMES, SPOKEN, offered
from kernel.i18n.markets import market_of_visitor, visiting
from kernel.i18n.showing import COOKIE, HEADER, offered_currency, showing
from kernel.i18n.speaking import speaking
from kernel.tenancy.context import TenantRef, current_tenant_or_none

_YEAR: Final = 365 * 24 * 3600
_LONGEST: Final = 8
_NOT_PAGES: Final = ("/api/", "/static/", "/media/", "/hooks/")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The language of an answer.

    Attributes:
        code: of the language.
        prefix: what stands for it in front of the path, ``/en``; empty without.
        is_usual: whether the same person would have it without the prefix.
    """

    code: str
    prefix: str = ""
    is_usual: bool = True


class LocaleMiddleware:
    """Chooses the language: the address, the cookie, the market, the browser, the shop's own.

    An address that begins with a language is the same page in that language. Such pages
    are what search engines find; whoever comes to one goes on in its language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._serves_store: bool = settings.STOA_PROCESS == "store"

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in that language."""
        tenant = current_tenant_or_none()
        store = tenant if self._serves_store else None
        market = market_of_visitor(store, request.META) if store is not None else None
        chosen = chosen_language(
            request.path_info,
            request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME),
            request.META.get("HTTP_ACCEPT_LANGUAGE", ""),
            tenant,
            is_store=store is not None,
            first=market.language if market else "",
        )
        if chosen.prefix:
            request.path_info = request.path_info[len(chosen.prefix) :]
        request.language_prefix = chosen.prefix  # type: ignore[attr-defined]
        code = request.COOKIES.get(COOKIE) or request.META.get(HEADER)
        if not code and market is not None:
            code = market.currency
        shown = offered_currency(store, code) if store else None
        with speaking(chosen.code), showing(shown), visiting(market):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            if isinstance(response, TemplateResponse) and not response.is_rendered:
                response = response.render()
        if not response.has_header("Content-Language"):
            response["Content-Language"] = request.LANGUAGE_CODE
        if not chosen.is_usual:
            remember(response, settings.LANGUAGE_COOKIE_NAME, chosen.code)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if store is not None and store.offers.currencies:
            patch_vary_headers(response, ("X-Currency",))
        if store is not None and store.offers.markets and settings.STOA_COUNTRY_HEADER:
            name = settings.STOA_COUNTRY_HEADER.removeprefix("HTTP_").replace("_", "-").title()
            patch_vary_headers(response, (name,))
        return response


def chosen_language(
    path: str,
    cookie: str | None,
    wishes: str,
    tenant: TenantRef | None,
    *,
    is_store: bool,
    first: str = "",
) -> Chosen:
    """Return the language of an answer.

    Args:
        path: that was asked for.
        cookie: what the person chose before.
        wishes: ``Accept-Language``.
        tenant: whose shop it is; None for the installation itself.
        is_store: whether buyers ask; staff have the languages of the program.
        first: what visitors of a market meet who have not chosen; empty for the usual.
    """
    own = tenant.locale if tenant is not None else str(settings.LANGUAGE_CODE)
    if tenant is None or not is_store:
        return Chosen(choose_language(cookie, wishes, own, SPOKEN))
    codes = offered(tenant)
    chosen = cookie if cookie in codes else first
    usual = choose_language(chosen, wishes, own, codes)
    prefix = path_language(path)
    if prefix and prefix in codes:
        return Chosen(prefix, f"/{prefix}", is_usual=prefix == usual)
    return Chosen(usual)


def path_language(path: str) -> str:
    """Return the language that an address of a page begins with; empty for none."""
    head, slash, rest = path[1 : _LONGEST + 2].partition("/")
    if not slash or head not in NAMES or f"/{rest}".startswith(_NOT_PAGES):
        return ""
    return head


def choose_language(cookie: str | None, wishes: str, own: str, codes: tuple[str, ...]) -> str:
    """Return the language of an answer: the person's, else the browser's, else the shop's own."""
    if cookie in codes:
        return str(cookie)
    for wish in wishes.lower().split(","):
        code = wish.split(";")[0].strip()
        if code and (found := _fitting(code, codes)):
            return found
    return own if own in codes else codes[0]


def _fitting(wish: str, codes: tuple[str, ...]) -> str:
    """Return the offered language that a browser means by ``zh-TW`` or ``en-GB``."""
    base = wish.partition("-")[0]
    if base == "zh":
        wanted = "zh-hant" if wish in {"zh-tw", "zh-hk", "zh-mo"} or "hant" in wish else "zh-hans"
        other = "zh-hans" if wanted == "zh-hant" else "zh-hant"
        return next((code for code in (wanted, other) if code in codes), "")
    return base if base in codes else ""


def remember(response: HttpResponseBase, name: str, value: str) -> None:
    """Remember a choice in a cookie, for a year."""
    response.set_cookie(
        name,
        value,
        max_age=_YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
