"""Routes of the store API for levels, mounted under ``/api/v1/store/``."""

from __future__ import annotations

from django.urls import path

from kernel.levels.api import store

app_name = "levels-api"
urlpatterns = [
    path("levels/", store.LevelsView.as_view(), name="levels"),
    path("levels/mine/", store.OwnLevelView.as_view(), name="own"),
    path("levels/mine/history/", store.OwnHistoryView.as_view(), name="history"),
]
