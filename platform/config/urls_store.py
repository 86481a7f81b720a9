"""Routes of the storefront and the store API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from kernel.api.openapi.serving import document
from kernel.modules.urls import module_urls
from kernel.tenancy.files import serve_file

handler400 = "kernel.api.problems.bad_request"
handler403 = "kernel.api.problems.permission_denied"
handler404 = "kernel.api.problems.page_not_found"
handler500 = "kernel.api.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("themes.urls")),
    path("account/", include("themes.account.urls")),
    path("api/v1/store/openapi.json", document, {"name": "store"}),
    path("api/v1/store/members/", include("kernel.members.api.urls")),
    path("api/v1/store/relations/", include("kernel.relations.api.urls")),
    path("api/v1/store/", include("kernel.catalogue.api.urls_store")),
    path("api/v1/store/cart/", include("kernel.cart.api.urls")),
    path("api/v1/store/payments/", include("kernel.payments.api.urls_store")),
    path("hooks/pay/", include("kernel.payments.api.urls_hooks")),
    path("api/v1/store/checkout/", include("kernel.checkout.api.urls")),
    path("api/v1/store/shipping/", include("kernel.shipping.api.urls")),
    path("api/v1/store/orders/", include("kernel.orders.api.urls")),
    path("api/v1/store/after-sales/", include("kernel.aftersales.api.urls")),
    path("api/v1/store/", include("kernel.promotions.api.urls")),
    path("api/v1/store/", include("kernel.reviews.api.urls")),
    path("api/v1/store/", include("kernel.levels.api.urls")),
    path("api/v1/store/wallet/", include("kernel.wallet.api.urls")),
    path("api/v1/store/", include("kernel.notifications.api.urls")),
    path("api/v1/store/", include("kernel.taxes.api.urls")),
    path("api/v1/store/", include("kernel.documents.api.urls")),
    path("api/v1/store/search/", include("kernel.search.api.urls")),
    path("api/v1/store/pages/", include("themes.api.urls")),
    path("media/<path:name>", serve_file),
    path("api/v1/store/", include(module_urls("api"))),
    path("", include(module_urls("store"))),
]
