"""Questions that the installation's own machines ask."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from tenants.services.domains import may_have_certificate


def tls_ask(request: HttpRequest) -> HttpResponse:
    """Tell the reverse proxy whether to obtain a certificate: 200 or 404, empty."""
    allowed = may_have_certificate(request.GET.get("domain", ""))
    return HttpResponse(status=200 if allowed else 404)
