"""Routes of the tenant's console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from kernel.api.openapi.serving import document
from kernel.branding.views import look
from kernel.media.views import picture_in_frame
from kernel.modules.urls import module_urls
from kernel.tenancy.files import receive_file, serve_file

handler400 = "kernel.api.problems.bad_request"
handler403 = "kernel.api.problems.permission_denied"
handler404 = "kernel.api.problems.page_not_found"
handler500 = "kernel.api.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("kernel.backoffice.urls")),
    path("", include("kernel.backoffice.urls_shop")),
    path("", include("tenants.console.urls")),
    path("", include("channel_center.moves.console.urls_shop")),
    path("", include("channel_center.market.console.urls")),
    path("design/", include("themes.editor.urls")),
    path("themes/packs/", include("themes.packs.urls_console")),
    path("api/v1/admin/", include("kernel.access.api.urls_admin")),
    path("api/v1/admin/openapi.json", document, {"name": "admin"}),
    path("api/v1/admin/", include("kernel.catalogue.api.urls_admin")),
    path("api/v1/admin/media/", include("kernel.media.api.urls_admin")),
    path("api/v1/admin/", include("kernel.pricing.api.urls_admin")),
    path("api/v1/admin/", include("kernel.promotions.api.urls_admin")),
    path("api/v1/admin/", include("kernel.reviews.api.urls_admin")),
    path("api/v1/admin/", include("kernel.levels.api.urls_admin")),
    path("api/v1/admin/", include("kernel.forms.api.urls_admin")),
    path("api/v1/admin/withdrawals/", include("kernel.wallet.api.urls_admin")),
    path("api/v1/admin/rewards/", include("kernel.rewards.composing.api.urls_admin")),
    path("api/v1/admin/rewards/", include("kernel.rewards.draws.api.urls_admin")),
    path("api/v1/admin/rewards/", include("kernel.rewards.monitors.api.urls_admin")),
    path("api/v1/admin/rewards/", include("kernel.rewards.risk.api.urls_admin")),
    path("api/v1/admin/", include("kernel.taxes.api.urls_admin")),
    path("api/v1/admin/", include("kernel.documents.api.urls_admin")),
    path("api/v1/admin/search/", include("kernel.search.api.urls_admin")),
    path("api/v1/admin/", include("kernel.audit.api.admin")),
    path("api/v1/admin/i18n/", include("kernel.i18n.api.admin")),
    path("api/v1/admin/usage/", include("kernel.quotas.api.admin")),
    path("api/v1/admin/fields/", include("kernel.fields.api.admin")),
    path("api/v1/admin/figures/", include("kernel.analytics.api.urls_admin")),
    path("api/v1/admin/", include("kernel.dataio.api.urls_admin")),
    path("api/v1/admin/", include("kernel.keys.api.urls_admin")),
    path("", include("kernel.keys.api.urls_oauth")),
    path("api/v1/admin/", include("kernel.webhooks.api.urls_admin")),
    path("api/v1/admin/", include("kernel.notifications.api.urls_admin")),
    path("api/v1/admin/exports/", include("kernel.backoffice.exports.api")),
    path("api/v1/admin/stock/", include("kernel.inventory.api.urls_admin")),
    path("api/v1/admin/payments/", include("kernel.payments.api.urls_admin")),
    path("api/v1/admin/members/", include("kernel.members.api.urls_admin")),
    path("api/v1/admin/orders/", include("kernel.orders.api.urls_admin")),
    path("api/v1/admin/after-sales/", include("kernel.aftersales.api.urls_admin")),
    path("api/v1/admin/fulfilments/", include("kernel.fulfilment.api.urls_admin")),
    path("api/v1/admin/shipping/", include("kernel.shipping.api.urls_admin")),
    path("look/<str:name>", look),
    path("media/<path:name>", serve_file),
    path("cuts/<str:asset>/<str:frame>", picture_in_frame, name="picture-in-frame"),
    path("uploads/", receive_file),
    path("modules/", include(module_urls("console"))),
]
