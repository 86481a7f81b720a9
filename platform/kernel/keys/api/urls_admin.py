"""Routes of the admin API for API keys, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.keys.api import admin

app_name = "keys-admin-api"
urlpatterns = [
    path("keys/", admin.KeysView.as_view(), name="keys"),
    path("keys/scopes/", admin.ScopesView.as_view(), name="scopes"),
    path("keys/<str:key>/", admin.KeyView.as_view(), name="key"),
    path("keys/<str:key>/rotation/", admin.RotationView.as_view(), name="rotation"),
]
