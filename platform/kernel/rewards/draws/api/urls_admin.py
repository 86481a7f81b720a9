"""Routes of the admin API for draws, mounted under ``/api/v1/admin/rewards/``."""

from __future__ import annotations

from django.urls import path

from kernel.rewards.draws.api import admin

app_name = "draws-admin-api"
urlpatterns = [
    path("draws/", admin.DrawsView.as_view(), name="draws"),
    path("draws/<str:draw>/", admin.DrawView.as_view(), name="draw"),
    path("draws/<str:draw>/stop/", admin.StopView.as_view(), name="stop"),
    path("draws/<str:draw>/wins/", admin.WinsView.as_view(), name="wins"),
]
