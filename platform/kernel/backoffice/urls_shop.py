"""Routes of the pages on which a tenant's staff run the shop."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("fields/", include("kernel.backoffice.fields.urls")),
    path("forms/", include("kernel.backoffice.asked.urls")),
    path("languages/", include("kernel.backoffice.languages.urls")),
    path("settings/", include("kernel.backoffice.choosing.urls")),
    path("usage/", include("kernel.backoffice.usage.urls")),
    path("jobs/", include("kernel.backoffice.jobs.urls")),
    path("figures/", include("kernel.backoffice.figures.urls")),
    path("orders/", include("kernel.backoffice.orders.urls")),
    path("shipping/", include("kernel.backoffice.shipping.urls")),
    path("after-sales/", include("kernel.backoffice.aftersales.urls")),
    path("products/", include("kernel.backoffice.products.urls")),
    path("library/", include("kernel.backoffice.library.urls")),
    path("prices/", include("kernel.backoffice.pricing.urls")),
    path("promotions/", include("kernel.backoffice.promotions.urls")),
    path("coupons/", include("kernel.backoffice.promotions.urls_coupons")),
    path("searching/", include("kernel.backoffice.searching.urls")),
    path("reviews/", include("kernel.backoffice.reviews.urls")),
    path("", include("kernel.backoffice.programs.urls")),
    path("", include("kernel.backoffice.notices.urls")),
    path("taxes/", include("kernel.backoffice.taxes.urls")),
    path("documents/", include("kernel.backoffice.documents.urls")),
    path("payments/", include("kernel.backoffice.payments.urls")),
    path("exports/", include("kernel.backoffice.exports.urls")),
    path("imports/", include("kernel.backoffice.imports.urls")),
    path("", include("kernel.backoffice.shelves.urls")),
    path("stock/", include("kernel.backoffice.stock.urls")),
    path("members/", include("kernel.backoffice.members.urls")),
    path("levels/", include("kernel.backoffice.levels.urls")),
    path("segments/", include("kernel.backoffice.levels.urls_segments")),
    path("tags/", include("kernel.backoffice.levels.urls_tags")),
    path("entry/", include("kernel.backoffice.entry.urls")),
    path("staff/", include("kernel.backoffice.staffing.urls")),
    path("withdrawals/", include("kernel.backoffice.wallet.urls")),
    path("rewards/", include("kernel.backoffice.rewards.urls")),
    path("ledger/", include("kernel.backoffice.ledger.urls")),
]
