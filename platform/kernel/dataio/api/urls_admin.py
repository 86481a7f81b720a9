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
from kernel.dataio.api.plans import (
    FilesView,
    ListsView,
    PlansView,
    PlanView,
    TargetsView,
    TargetView,
)
from kernel.dataio.api.rows import urlpatterns as rows_urlpatterns

app_name = "dataio-admin-api"
urlpatterns = [
    path("imports/", ImportsView.as_view(), name="imports"),
    *rows_urlpatterns(),
    path("imports/<str:source>/", ImportView.as_view(), name="import"),
    path("imports/<str:source>/preview/", PreviewView.as_view(), name="preview"),
    path("imports/<str:source>/run/", RunView.as_view(), name="run"),
    path("imports/<str:source>/faults/", FaultsView.as_view(), name="faults"),
    path("imports/<str:source>/pictures/", PicturesView.as_view(), name="pictures"),
    path("exports/lists/", ListsView.as_view(), name="export-lists"),
    path("exports/plans/", PlansView.as_view(), name="export-plans"),
    path("exports/plans/<str:plan>/", PlanView.as_view(), name="export-plan"),
    path("exports/files/", FilesView.as_view(), name="export-files"),
    path("exports/targets/", TargetsView.as_view(), name="export-targets"),
    path("exports/targets/<str:target>/", TargetView.as_view(), name="export-target"),
    path("exports/products.csv", ExportView.as_view(), name="export"),
]
