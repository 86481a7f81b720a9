"""Routes of the tenant console, mounted under ``modules/check-in/``."""

from __future__ import annotations

from django.urls import path

from apps.check_in import console

app_name = "check_in"
urlpatterns = [
    path("", console.overview, name="overview"),
    path("settings/", console.settings, name="settings"),
    path("records.csv", console.export, name="export"),
]
