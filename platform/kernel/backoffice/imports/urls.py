"""Routes of the import wizard."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.imports import views

urlpatterns = [
    path("", views.index),
    path("products.csv", views.export),
    path("<str:source>/", views.show),
    path("<str:source>/choices/", views.set_choices),
    path("<str:source>/faults.csv", views.faults),
    path("<str:source>/pictures/", views.pictures),
]
