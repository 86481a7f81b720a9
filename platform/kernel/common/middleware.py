"""Outermost middleware: request id, access log, request metrics, security headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import TypeAlias

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from typing_extensions import override

from kernel.common.errors_reporting import tag_scope
from kernel.common.flow import NO_TENANT, current_tenant_label, in_request
from kernel.common.http import method_label, route_label, safe_request_id
from kernel.common.logging import get_logger
from kernel.common.metrics import HTTP_DURATION, HTTP_REQUESTS, tenant_label

GetResponse: TypeAlias = Callable[[HttpRequest], HttpResponseBase]

_MOST_POLICIES = 1_000

_log = get_logger("access")


class _QueryCounter:
    """Counts the statements that run while it wraps a connection."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(
        self,
        execute: Callable[..., object],
        sql: str,
        params: object,
        many: bool,
        context: object,
    ) -> object:
        self.count += 1
        return execute(sql, params, many, context)


class ObservabilityMiddleware:
    """Gives each request an id, one access log line and its metrics.

    It stands outside everything, also outside the choice of the tenant; the
    tenant is noted when the view is reached, or taken from ``request.tenant``.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._process = str(settings.STOA_PROCESS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request and tell what it took."""
        request_id = safe_request_id(request.headers.get("X-Request-Id"))
        request.request_id = request_id  # type: ignore[attr-defined]
        queries = _QueryCounter()
        started = perf_counter()
        with in_request(request_id):
            with connection.execute_wrapper(queries):
                response = self._get_response(request)
            response.headers["X-Request-Id"] = request_id
            self._tell(request, response, seconds=perf_counter() - started, queries=queries.count)
        return response

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> None:
        """Note the tenant while it is chosen."""
        request.observed_tenant = current_tenant_label()  # type: ignore[attr-defined]
        tag_scope()

    def _tell(
        self, request: HttpRequest, response: HttpResponseBase, *, seconds: float, queries: int
    ) -> None:
        tell_request(
            process=self._process,
            tenant=_tenant_of(request),
            method=method_label(request),
            route=route_label(request),
            status=response.status_code,
            seconds=seconds,
            queries=queries,
        )


class SecurityHeadersMiddleware:
    """Adds the headers that Django and django-csp do not set."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._headers: dict[str, str] = dict(settings.STOA_SECURITY_HEADERS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request with the headers added, unless the view set its own."""
        response = self._get_response(request)
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """Sends the content policy, which is put into words once: no view here has its own.

    Tenants whose pictures come through a delivery network have one of their own.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self._policy = build_policy()
        self._shows_pictures = "img-src" in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        self._with_origin = lru_cache(maxsize=_MOST_POLICIES)(_policy_with)

    @override
    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the header, unless the view set one."""
        origin = getattr(getattr(request, "tenant", None), "media_origin", "")
        own = self._with_origin(origin) if origin and self._shows_pictures else self._policy
        response.headers.setdefault(HEADER, own)
        return response


def _policy_with(origin: str) -> str:
    return build_policy(update={"img-src": [origin], "media-src": [origin]})


def tell_request(
    *, process: str, tenant: str, method: str, route: str, status: int, seconds: float, queries: int
) -> None:
    """Count an answered request and write its line; the route is a pattern, never a path."""
    HTTP_REQUESTS.labels(process, method, route, str(status), tenant_label(tenant)).inc()
    HTTP_DURATION.labels(process, method, route).observe(seconds)
    _log.info(
        "request",
        tenant=tenant,
        method=method,
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 2),
        db_queries=queries,
    )


def _tenant_of(request: HttpRequest) -> str:
    noted: str = getattr(request, "observed_tenant", NO_TENANT)
    if noted:
        return noted
    tenant = getattr(request, "tenant", None)
    return getattr(tenant, "public_id", NO_TENANT)
