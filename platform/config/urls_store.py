"""Routes of the storefront and the store API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from kernel.api.openapi.serving import document
from kernel.branding.views import look
from kernel.media.views import picture_in_frame
from kernel.modules.urls import module_urls
from kernel.tenancy.files import serve_file

handler400 = "kernel.api.problems.bad_request"
handler403 = "kernel.api.problems.permission_denied"
handler404 = "kernel.api.problems.page_not_found"
handler500 = "kernel.api.problems.server_error"

# Each list is tried from its top: what carts and orders ask comes first, and no request of
# a program is held against the addresses of pages.
_API: list[URLPattern | URLResolver] = [
    path("checkout/", include("kernel.checkout.api.urls")),
    path("cart/", include("kernel.cart.api.urls")),
    path("orders/", include("kernel.orders.api.urls")),
    path("orders/", include("kernel.fulfilment.api.urls")),
    path("payments/", include("kernel.payments.api.urls_store")),
    path("openapi.json", document, {"name": "store"}),
    path("members/", include("kernel.members.api.urls")),
    path("relations/", include("kernel.relations.api.urls")),
    path("shipping/", include("kernel.shipping.api.urls")),
    path("after-sales/", include("kernel.aftersales.api.urls")),
    path("wallet/", include("kernel.wallet.api.urls")),
    path("rewards/", include("kernel.rewards.api.urls")),
    path("fields/", include("kernel.fields.api.store")),
    path("search/", include("kernel.search.api.urls")),
    path("pages/", include("themes.api.urls")),
    path("", include("kernel.catalogue.api.urls_store")),
    path("", include("kernel.promotions.api.urls")),
    path("", include("kernel.reviews.api.urls")),
    path("", include("kernel.forms.api.urls")),
    path("", include("kernel.levels.api.urls")),
    path("", include("kernel.rewards.draws.api.urls")),
    path("", include("kernel.notifications.api.urls")),
    path("", include("kernel.taxes.api.urls")),
    path("", include("kernel.documents.api.urls")),
    path("", include("kernel.i18n.api.store")),
    path("", include(module_urls("api"))),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/store/", include(_API)),
    path("hooks/pay/", include("kernel.payments.api.urls_hooks")),
    path("", include("themes.urls")),
    path("account/", include("themes.account.urls")),
    path("look/<str:name>", look),
    path("media/<path:name>", serve_file),
    path("cuts/<str:asset>/<str:frame>", picture_in_frame, name="picture-in-frame"),
    path("", include(module_urls("store"))),
]
