"""Routes of the import wizard."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.imports import rows, views
from kernel.backoffice.imports.sample import sample

urlpatterns = [
    path("", views.index),
    path("products.csv", views.export),
    path("sample.<str:file_format>", sample),
    path("of/<slug:code>/", rows.index),
    path("of/<slug:code>/sample.<str:file_format>", rows.sample),
    path("<str:source>/", views.show),
    path("<str:source>/left-out.<str:file_format>", rows.left_out),
    path("<str:source>/choices/", views.set_choices),
    path("<str:source>/pictures/", views.pictures),
]
