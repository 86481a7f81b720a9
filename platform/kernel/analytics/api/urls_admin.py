"""Routes of the admin API for figures, mounted under ``/api/v1/admin/figures/``."""

from __future__ import annotations

from django.urls import path

from kernel.analytics.api import admin

app_name = "analytics-admin-api"
urlpatterns = [
    path("", admin.OverviewView.as_view(), name="overview"),
    path("visits/", admin.VisitsView.as_view(), name="visits"),
    path("products/", admin.ProductsView.as_view(), name="products"),
    path("cohorts/", admin.CohortsView.as_view(), name="cohorts"),
    path("money/", admin.MoneyView.as_view(), name="money"),
]
