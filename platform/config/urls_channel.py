"""Routes of the consoles of channel partners and the operator."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

handler400 = "kernel.api.problems.bad_request"
handler403 = "kernel.api.problems.permission_denied"
handler404 = "kernel.api.problems.page_not_found"
handler500 = "kernel.api.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("kernel.backoffice.urls")),
    path("", include("channel_center.console.urls")),
]
