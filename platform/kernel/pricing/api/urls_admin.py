"""Routes of the admin API for prices, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.pricing.api.admin import (
    CopyView,
    EntriesView,
    ExplainView,
    PriceListsView,
    PriceListView,
)

app_name = "pricing-admin-api"
urlpatterns = [
    path("price-lists/", PriceListsView.as_view(), name="price-lists"),
    path("price-lists/<str:price_list>/", PriceListView.as_view(), name="price-list"),
    path("price-lists/<str:price_list>/copy/", CopyView.as_view(), name="copy"),
    path("price-lists/<str:price_list>/entries/", EntriesView.as_view(), name="entries"),
    path("prices/explain/", ExplainView.as_view(), name="explain"),
]
