"""Routes of the admin API for handing over, mounted under ``fulfilments/``."""

from __future__ import annotations

from django.urls import path

from kernel.fulfilment.api.admin import (
    FulfilmentsView,
    FulfilmentView,
    KeysView,
    PickupView,
    ReceiptView,
    RowsView,
)

app_name = "fulfilment-admin-api"
urlpatterns = [
    path("", FulfilmentsView.as_view(), name="list"),
    path("rows/", RowsView.as_view(), name="rows"),
    path("pickups/", PickupView.as_view(), name="pickups"),
    path("keys/", KeysView.as_view(), name="keys"),
    path("<str:fulfilment>/", FulfilmentView.as_view(), name="detail"),
    path("<str:fulfilment>/receipt/", ReceiptView.as_view(), name="receipt"),
]
