"""Routes of the admin API for messages, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.notifications.api import admin, printers, signs

app_name = "notifications-admin-api"
_TEMPLATE = "notifications/kinds/<str:kind>/<str:channel>/<str:language>/"
urlpatterns = [
    path("notifications/", admin.MessagesView.as_view(), name="messages"),
    path("notifications/kinds/", admin.KindsView.as_view(), name="kinds"),
    path(_TEMPLATE, admin.TemplateView.as_view(), name="template"),
    path("notifications/policy/", admin.PolicyView.as_view(), name="policy"),
    path("notifications/printers/", printers.PrintersView.as_view(), name="printers"),
    path("notifications/printers/<str:printer>/", printers.PrinterView.as_view(), name="printer"),
    path("notifications/signs/", signs.SignsView.as_view(), name="signs"),
    path("notifications/signs/<str:sign>/", signs.SignView.as_view(), name="sign"),
    path("notifications/<str:message>/again/", admin.AgainView.as_view(), name="again"),
]
