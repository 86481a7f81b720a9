"""Routes of the admin API for stock, mounted under ``stock/``."""

from __future__ import annotations

from django.urls import path

from kernel.inventory.api.admin import (
    AdjustmentsView,
    ArrivalView,
    CountsView,
    ItemsView,
    LevelsView,
    LocationsView,
    LocationView,
    MovementsView,
    ReceiptsView,
    StockPolicyView,
    TransfersView,
    TransferView,
)

app_name = "stock-admin-api"
urlpatterns = [
    path("locations/", LocationsView.as_view(), name="locations"),
    path("locations/<str:location>/", LocationView.as_view(), name="location"),
    path("policy/", StockPolicyView.as_view(), name="policy"),
    path("items/", ItemsView.as_view(), name="items"),
    path("movements/", MovementsView.as_view(), name="movements"),
    path("receipts/", ReceiptsView.as_view(), name="receipts"),
    path("adjustments/", AdjustmentsView.as_view(), name="adjustments"),
    path("levels/", LevelsView.as_view(), name="levels"),
    path("counts/", CountsView.as_view(), name="counts"),
    path("transfers/", TransfersView.as_view(), name="transfers"),
    path("transfers/<str:transfer>/", TransferView.as_view(), name="transfer"),
    path("transfers/<str:transfer>/arrival/", ArrivalView.as_view(), name="arrival"),
]
