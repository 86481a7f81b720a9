"""Routes for the machine room: never reachable from outside."""

from __future__ import annotations

from django.urls import path

from kernel.common.metrics import metrics_view
from tenants.views import tls_ask

handler400 = "kernel.api.problems.bad_request"
handler403 = "kernel.api.problems.permission_denied"
handler404 = "kernel.api.problems.page_not_found"
handler500 = "kernel.api.problems.server_error"

urlpatterns = [
    path("internal/tls/ask", tls_ask),
    path("internal/metrics", metrics_view),
]
