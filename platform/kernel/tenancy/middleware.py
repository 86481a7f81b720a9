"""Finds the tenant of a request, and sees that nothing of it outlives the request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)

from kernel.common.books import one_look
from kernel.tenancy.context import (
    PUBLIC,
    Scope,
    TenantRef,
    current_tenant_or_none,
    public_context,
    tenant_context,
)
from kernel.tenancy.pages import closed_page, read_only_refusal, unknown_host_page
from kernel.tenancy.ports import directory, public_hosts

CONSOLE_READ_ONLY = 2
STORE_CLOSED = 3
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def request_host(request: HttpRequest) -> str:
    """Return the host name that a request asks for, as `host_name` has it."""
    return host_name(request.META)


def host_name(environ: Mapping[str, Any]) -> str:
    """Return the host name that was asked for: lower case, without port and final dot.

    Only the Host header counts. A proxy must pass it on; what X-Forwarded-Host
    says could be anybody's.
    """
    host = str(environ.get("HTTP_HOST", ""))
    name, _colon, _port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    return (name or host).lower().rstrip(".")


class ScopeMiddleware:
    """Outermost of ours: opens the tenant's context around everything else.

    `store` and `console` processes serve tenants; `channel` serves the hosts of
    the channel centre; all others serve the installation itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.kind: str = settings.STOA_PROCESS

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the scope of the host that was asked for."""
        host = request_host(request)
        if self.kind in {"store", "console"}:
            tenant = directory().by_host(host, kind="store" if self.kind == "store" else "console")
            if tenant is None:
                return unknown_host_page(request)
            if target := tenant.redirect_for(self.kind, host):
                return HttpResponsePermanentRedirect(
                    f"{request.scheme}://{target}{_port_of(request)}{request.get_full_path()}"
                )
            return self._answer(request, tenant)
        if self.kind == "channel" and not public_hosts().serves(host):
            return unknown_host_page(request)
        return self._answer(request, PUBLIC)

    def _answer(self, request: HttpRequest, scope: Scope) -> HttpResponseBase:
        request.tenant = scope if isinstance(scope, TenantRef) else None  # type: ignore[attr-defined]
        with _open(scope), one_look():
            response = self.get_response(request)
        if isinstance(scope, TenantRef) and scope.kind == "sandbox":
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _inside(scope, iter(response.streaming_content))  # type: ignore[arg-type]
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Show a held-back tenant's closed page; money in flight goes on."""
        tenant = current_tenant_or_none()
        if tenant is None or getattr(view, "serves_held_tenants", False):
            return None
        if self.kind == "store" and tenant.level >= STORE_CLOSED:
            return closed_page(request, tenant)
        writes = request.method not in _READS
        if self.kind == "console" and tenant.level >= CONSOLE_READ_ONLY and writes:
            return read_only_refusal(request, tenant)
        return None


def _open(scope: Scope) -> Any:
    return tenant_context(scope) if isinstance(scope, TenantRef) else public_context()


def _inside(scope: Scope, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Draw each part of a streamed answer in the scope that began it."""
    while True:
        with _open(scope):
            try:
                part = next(parts)
            except StopIteration:
                return
        yield part


def _port_of(request: HttpRequest) -> str:
    port = request.META.get("HTTP_HOST", "").rpartition(":")[2]
    return f":{port}" if port.isdigit() else ""


def serves_held_tenants(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that answers whatever holds the tenant back: webhooks, refunds, sign-in."""
    view.serves_held_tenants = True  # type: ignore[attr-defined]
    return view
