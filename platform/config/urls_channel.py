"""Routes of the consoles of channel partners and the operator."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from kernel.api.openapi.serving import document
from kernel.branding.views import look

handler400 = "kernel.api.problems.bad_request"
handler403 = "kernel.api.problems.permission_denied"
handler404 = "kernel.api.problems.page_not_found"
handler500 = "kernel.api.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("look/<str:name>", look),
    path("", include("kernel.backoffice.urls")),
    path("", include("channel_center.console.urls")),
    path("", include("channel_center.brands.console.urls")),
    path("", include("channel_center.visits.urls")),
    path("", include("channel_center.partners.console.urls")),
    path("", include("channel_center.operations.console.urls")),
    path("", include("channel_center.moves.console.urls")),
    path("", include("channel_center.bulk.console.urls")),
    path("", include("channel_center.alarms.urls")),
    path("", include("channel_center.flags.console.urls")),
    path("", include("channel_center.billing.console.urls")),
    path("", include("channel_center.topups.console.urls")),
    path("", include("channel_center.figures.urls")),
    path("api/v1/channel/openapi.json", document, {"name": "channel"}),
    path("api/v1/channel/", include("channel_center.partners.api.urls")),
    path("api/v1/channel/", include("channel_center.moves.urls_api")),
    path("api/v1/channel/", include("channel_center.topups.urls_api")),
    path("api/v1/channel/", include("channel_center.billing.urls_api")),
    path("api/v1/channel/", include("channel_center.market.urls_api")),
    path("api/v1/channel/", include("channel_center.bulk.urls_api")),
    path("api/v1/channel/", include("channel_center.brands.urls_api")),
    path("api/v1/channel/", include("channel_center.figures.urls_api")),
]
