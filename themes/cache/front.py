"""Answers a page that was answered a moment ago, in front of everything else.

The way through the middleware costs ten times what sending a page costs. So the
first answer is remembered as it went out, with its headers, and goes out again
while the data that it was drawn with are the current ones. Those are asked for
twice a second for each tenant; a change is seen that much later.

Whatever could make an answer another person's goes the long way: members who are
signed in, shared links, answers that set a cookie, all that is not a kept page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import parse_cookie
from redis.exceptions import RedisError

from kernel.common.bounded import BoundedMemory
from kernel.common.flow import in_request
from kernel.common.http import safe_request_id
from kernel.common.middleware import tell_request
from kernel.i18n.markets import market_of_visitor
from kernel.i18n.middleware import chosen_language
from kernel.i18n.showing import COOKIE, HEADER, offered_currency
from kernel.members.cookies import cookie_name
from kernel.relations.attribution import PARAMETER
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.middleware import host_name
from kernel.tenancy.ports import directory
from themes.cache.counters import counter_key
from themes.cache.pages import SENT, SentPage, is_fresh
from themes.comparing.visitors import seconds_of_cookies
from themes.sources import all_counters

Headers: TypeAlias = list[tuple[str, str]]

MOST_PAGES: Final = 2_000
MOST_TENANTS: Final = 2_000
SECONDS: Final = 0.5
_LONGEST: Final = 300.0
_OK: Final = "200 OK"
_REQUEST_ID: Final = "x-request-id"
_OF_A_BODY: Final = frozenset({"content-length", "content-type", "content-encoding"})


@dataclass(frozen=True, slots=True)
class _Remembered:
    """An answer as it went out, without the id of its request."""

    sent: SentPage
    tenant: TenantRef
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class _Asked:
    """What decides how a request for a page is answered."""

    tenant: TenantRef
    key: tuple[object, ...]


class Front:
    """A WSGI application around the storefront's."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._process = str(settings.STOA_PROCESS)
        self._pages: BoundedMemory[tuple[object, ...], _Remembered] = BoundedMemory(MOST_PAGES)
        self._tokens: BoundedMemory[object, Mapping[str, str]] = BoundedMemory(MOST_TENANTS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the storefront answer and remember that."""
        started = perf_counter()
        try:
            asked = _asked(environ)
            found = None if asked is None else self._find(asked)
        except (DatabaseError, RedisError):
            # The storefront says it as it says everything else.
            asked = found = None
        if asked is None:
            return self._application(environ, start_response)
        if found is None:
            return self._learn(asked, environ, start_response)
        return self._send(found, environ, start_response, started)

    def _find(self, asked: _Asked) -> _Remembered | None:
        found = self._pages.get(asked.key)
        if found is None or found.tenant != asked.tenant:
            return None
        tenant = asked.tenant
        current = self._tokens.get(tenant.id)
        if current is None:
            current = _current_tokens(tenant)
            self._tokens.put(tenant.id, current, seconds=SECONDS)
        return found if is_fresh(found.sent.page, tenant, current) else None

    def _learn(
        self, asked: _Asked, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        told: list[tuple[str, Headers]] = []

        def noted(status: str, headers: Headers, *rest: Any) -> Any:
            told.append((status, headers))
            return start_response(status, headers, *rest)

        response = self._application(environ, noted)
        sent = environ.get(SENT)
        if isinstance(sent, SentPage) and told and _is_for_everybody(*told[-1]):
            status_headers = [each for each in told[-1][1] if each[0].lower() != _REQUEST_ID]
            packed = any(name.lower() == "content-encoding" for name, _value in status_headers)
            body = sent.page.packed if packed else sent.page.body
            remembered = _Remembered(sent, asked.tenant, status_headers, body)
            self._pages.put(asked.key, remembered, seconds=_LONGEST)
        return response

    def _send(
        self,
        found: _Remembered,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        started: float,
    ) -> Iterable[bytes]:
        request_id = safe_request_id(environ.get("HTTP_X_REQUEST_ID"))
        headers, body = [*found.headers, ("X-Request-Id", request_id)], [found.body]
        status = _OK
        if environ.get("HTTP_IF_NONE_MATCH") == found.sent.page.etag:
            status, body = "304 Not Modified", []
            headers = [each for each in headers if each[0].lower() not in _OF_A_BODY]
        start_response(status, headers)
        with in_request(request_id), tenant_context(found.tenant):
            tell_request(
                process=self._process,
                tenant=found.tenant.public_id,
                method="GET",
                route=found.sent.route,
                status=int(status[:3]),
                seconds=perf_counter() - started,
                queries=0,
            )
        return body


def _asked(environ: WSGIEnvironment) -> _Asked | None:
    """Return what is asked for, or None when a person's own answer could be asked for."""
    if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ:
        return None
    cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
    query = str(environ.get("QUERY_STRING", ""))
    if cookie_name() in cookies or (query and PARAMETER in parse_qs(query, keep_blank_values=True)):
        return None
    tenant = directory().by_host(host_name(environ), kind="store")
    if tenant is None:
        return None
    market = market_of_visitor(tenant, environ)
    language = chosen_language(
        environ.get("PATH_INFO", ""),
        cookies.get(settings.LANGUAGE_COOKIE_NAME),
        environ.get("HTTP_ACCEPT_LANGUAGE", ""),
        tenant,
        is_store=True,
        first=market.language if market else "",
    )
    if not language.is_usual:
        # Whoever comes to a page in a language goes on in it: a cookie says so.
        return None
    seconds = seconds_of_cookies(tenant, cookies)
    if seconds is None:
        # A page is compared, and the visitor has no place yet: a cookie is to say which.
        return None
    code = cookies.get(COOKIE) or environ.get(HEADER) or (market.currency if market else "")
    shown = offered_currency(tenant, code)
    key = (
        environ.get("HTTP_HOST"),
        environ.get("PATH_INFO"),
        query,
        language.code,
        shown.code if shown else "",
        market.code if market else "",
        "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""),
        # What tells whether the browser came over TLS: some headers depend on it.
        environ.get("wsgi.url_scheme"),
        environ.get("HTTP_X_FORWARDED_PROTO"),
        seconds,
    )
    return _Asked(tenant, key)


def _is_for_everybody(status: str, headers: Headers) -> bool:
    return status == _OK and not any(name.lower() == "set-cookie" for name, _value in headers)


def _current_tokens(tenant: TenantRef) -> Mapping[str, str]:
    names = {counter_key(name): name for name in all_counters()}
    with tenant_context(tenant):
        return {names[key]: str(value) for key, value in cache.get_many(names).items()}
