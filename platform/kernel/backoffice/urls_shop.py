"""Routes of the pages on which a tenant's staff run the shop."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("orders/", include("kernel.backoffice.orders.urls")),
    path("products/", include("kernel.backoffice.products.urls")),
    path("payments/", include("kernel.backoffice.payments.urls")),
    path("imports/", include("kernel.backoffice.imports.urls")),
    path("members/", include("kernel.backoffice.members.urls")),
    path("ledger/", include("kernel.backoffice.ledger.urls")),
]
