"""Routes of the admin API for messages, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.notifications.api import admin

app_name = "notifications-admin-api"
_TEMPLATE = "notifications/kinds/<str:kind>/<str:channel>/<str:language>/"
urlpatterns = [
    path("notifications/", admin.MessagesView.as_view(), name="messages"),
    path("notifications/kinds/", admin.KindsView.as_view(), name="kinds"),
    path(_TEMPLATE, admin.TemplateView.as_view(), name="template"),
    path("notifications/policy/", admin.PolicyView.as_view(), name="policy"),
    path("notifications/<str:message>/again/", admin.AgainView.as_view(), name="again"),
]
