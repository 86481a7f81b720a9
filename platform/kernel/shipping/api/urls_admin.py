"""Routes of the admin API for shipping, mounted under ``shipping/``."""

from __future__ import annotations

from django.urls import path

from kernel.shipping.api import admin

app_name = "shipping-admin-api"
urlpatterns = [
    path("methods/", admin.MethodsView.as_view(), name="methods"),
    path("methods/<str:method>/", admin.MethodView.as_view(), name="method"),
    path("templates/", admin.TemplatesView.as_view(), name="templates"),
    path("templates/<str:template>/", admin.TemplateView.as_view(), name="template"),
    path("preview/", admin.PreviewView.as_view(), name="preview"),
    path("regions/", admin.RegionsView.as_view(), name="regions"),
]
