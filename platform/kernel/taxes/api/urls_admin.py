"""Routes of the admin API for taxes, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.taxes.api import admin

app_name = "taxes-admin-api"
urlpatterns = [
    path("taxes/policy/", admin.PolicyView.as_view(), name="policy"),
    path("taxes/classes/", admin.ClassesView.as_view(), name="classes"),
    path("taxes/classes/<slug:code>/", admin.ClassView.as_view(), name="class"),
    path("taxes/zones/", admin.ZonesView.as_view(), name="zones"),
    path("taxes/zones/<str:zone>/", admin.ZoneView.as_view(), name="zone"),
    path("taxes/exemptions/", admin.ExemptionsView.as_view(), name="exemptions"),
    path("taxes/exemptions/<str:exemption>/", admin.ExemptionView.as_view(), name="exemption"),
]
