"""Routes of what is sold to tenants in the channel API."""

from __future__ import annotations

from django.urls import path

from channel_center.market import api

_ONE = "tenants/<str:tenant>/subscriptions/<str:subscription>/"
urlpatterns = [
    path("tenants/<str:tenant>/market/", api.MarketView.as_view()),
    path("tenants/<str:tenant>/quotes/", api.QuotesView.as_view()),
    path("tenants/<str:tenant>/purchases/", api.PurchasesView.as_view()),
    path("tenants/<str:tenant>/subscriptions/", api.SubscriptionsView.as_view()),
    path(f"{_ONE}cancel/", api.CancelView.as_view()),
    path(f"{_ONE}keep/", api.KeepView.as_view()),
    path(f"{_ONE}renew/", api.RenewView.as_view()),
    path(f"{_ONE}undo/", api.UndoView.as_view()),
]
