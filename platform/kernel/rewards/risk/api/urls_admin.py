"""Routes of the admin API for the risk queue, mounted under ``/api/v1/admin/rewards/``."""

from __future__ import annotations

from django.urls import path

from kernel.rewards.risk.api import admin

app_name = "rewards-risk-admin-api"
urlpatterns = [
    path("risk/", admin.CasesView.as_view(), name="cases"),
    path("risk/<str:case>/", admin.CaseView.as_view(), name="case"),
    path("risk/<str:case>/clear/", admin.ClearView.as_view(), name="clear"),
    path("risk/<str:case>/hold/", admin.HoldView.as_view(), name="hold"),
    path("risk/<str:case>/release/", admin.ReleaseView.as_view(), name="release"),
]
