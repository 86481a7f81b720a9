"""Routes of the store API for what was handed over, mounted under ``orders/``."""

from __future__ import annotations

from django.urls import path

from kernel.fulfilment.api.store import ParcelsView

app_name = "fulfilment-api"
urlpatterns = [path("<str:order>/parcels/", ParcelsView.as_view(), name="parcels")]
