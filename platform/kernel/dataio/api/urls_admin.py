"""Routes of the admin API for imports and exports, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.dataio.api.admin import (
    ExportView,
    FaultsView,
    ImportsView,
    ImportView,
    PicturesView,
    PreviewView,
    RunView,
)

app_name = "dataio-admin-api"
urlpatterns = [
    path("imports/", ImportsView.as_view(), name="imports"),
    path("imports/<str:source>/", ImportView.as_view(), name="import"),
    path("imports/<str:source>/preview/", PreviewView.as_view(), name="preview"),
    path("imports/<str:source>/run/", RunView.as_view(), name="run"),
    path("imports/<str:source>/faults/", FaultsView.as_view(), name="faults"),
    path("imports/<str:source>/pictures/", PicturesView.as_view(), name="pictures"),
    path("exports/products.csv", ExportView.as_view(), name="export"),
]
