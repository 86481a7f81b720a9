"""Routes of the store API for draws, mounted under ``/api/v1/store/``."""

from __future__ import annotations

from django.urls import path

from kernel.rewards.draws.api import store

app_name = "draws-api"
urlpatterns = [
    path("draws/", store.DrawsView.as_view(), name="draws"),
    path("draws/<str:draw>/", store.DrawView.as_view(), name="draw"),
    path("draws/<str:draw>/entries/", store.EntriesView.as_view(), name="entries"),
    path("draws/<str:draw>/file/", store.FileView.as_view(), name="file"),
]
