"""Routes of the tenant console, mounted under ``modules/__path__/``."""

from __future__ import annotations

from django.urls import path

from __package__ import console

app_name = "__code__"
urlpatterns = [
    path("", console.overview, name="overview"),
    path("settings/", console.settings, name="settings"),
]
