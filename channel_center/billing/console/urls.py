"""Routes of prices at partners' and the operator's hosts."""

from __future__ import annotations

from django.urls import path

from channel_center.billing.console import views

urlpatterns = [
    path("prices/", views.prices),
    path("prices/product/", views.product),
]
