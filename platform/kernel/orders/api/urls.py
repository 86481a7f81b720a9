"""Routes of the store API for orders, mounted under ``orders/``."""

from __future__ import annotations

from django.urls import path

from kernel.orders.api.store import CancelView, OrdersView, OrderView, ReceiptView

app_name = "orders-api"
urlpatterns = [
    path("", OrdersView.as_view(), name="list"),
    path("<str:order>/", OrderView.as_view(), name="detail"),
    path("<str:order>/cancellation/", CancelView.as_view(), name="cancel"),
    path("<str:order>/receipt/", ReceiptView.as_view(), name="receive"),
]
