"""Routes of the store API for freight, mounted under ``shipping/``."""

from __future__ import annotations

from django.urls import path

from kernel.shipping.api import store

app_name = "shipping-api"
urlpatterns = [
    path("variants/<str:variant>/", store.VariantFreightView.as_view(), name="variant"),
]
