"""Routes of the store API for pages, mounted under ``api/v1/store/pages/``."""

from __future__ import annotations

from django.urls import path

from themes.api.store import PageView

urlpatterns = [path("<str:template>/", PageView.as_view(), name="store-page")]
