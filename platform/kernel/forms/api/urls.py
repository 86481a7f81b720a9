"""Routes of the store API for forms, mounted under ``/api/v1/store/``."""

from __future__ import annotations

from django.urls import path

from kernel.forms.api import store

app_name = "forms-api"
urlpatterns = [
    path("forms/<str:code>/", store.FormView.as_view(), name="form"),
    path("forms/<str:code>/entries/", store.EntriesView.as_view(), name="entries"),
]
