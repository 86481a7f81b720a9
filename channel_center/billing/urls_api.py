"""Routes of prices in the channel API."""

from __future__ import annotations

from django.urls import path

from channel_center.billing import api, papers_api

urlpatterns = [
    path("invoices/", papers_api.InvoicesView.as_view()),
    path("prices/", api.PricesView.as_view()),
    path("price-lists/", api.PriceListsView.as_view()),
    path("price-lists/<str:price_list>/", api.PriceListView.as_view()),
    path("price-lists/<str:price_list>/publish/", api.PublishView.as_view()),
    path("price-lists/<str:price_list>/lines/<str:offer>/", api.PriceLineView.as_view()),
]
