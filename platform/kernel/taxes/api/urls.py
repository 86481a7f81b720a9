"""Routes of the store API for taxes, mounted under ``/api/v1/store/``."""

from __future__ import annotations

from django.urls import path

from kernel.taxes.api import store

app_name = "taxes-api"
urlpatterns = [
    path("taxes/exemption/", store.ExemptionView.as_view(), name="exemption"),
]
