"""Routes of balances and top-ups in the channel API."""

from __future__ import annotations

from django.urls import path

from channel_center.topups import api, lending_api

urlpatterns = [
    path("wallet/", api.WalletView.as_view()),
    path("wallet/movements/", api.MovementsView.as_view()),
    path("top-ups/", api.TopUpsView.as_view()),
    path("top-ups/received/", api.ReceivedView.as_view()),
    path("top-ups/received/<str:top_up>/decide/", api.DecideView.as_view()),
    path("top-ups/<str:top_up>/", api.TopUpView.as_view()),
    path("tenants/<str:tenant>/wallet/", api.ShopWalletView.as_view()),
    path("tenants/<str:tenant>/wallet/movements/", api.ShopMovementsView.as_view()),
    path("tenants/<str:tenant>/wallet/gifts/", lending_api.GiftsView.as_view()),
    path("tenants/<str:tenant>/wallet/limits/", lending_api.LimitsView.as_view()),
    path("tenants/<str:tenant>/top-ups/", api.ShopTopUpsView.as_view()),
]
