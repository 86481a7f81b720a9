"""Routes of the admin API for webhooks, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.webhooks.api import admin

app_name = "webhooks-admin-api"
urlpatterns = [
    path("webhooks/", admin.EndpointsView.as_view(), name="endpoints"),
    path("webhooks/events/", admin.EventsView.as_view(), name="events"),
    path("webhooks/deliveries/<str:delivery>/", admin.DeliveryView.as_view(), name="delivery"),
    path("webhooks/deliveries/<str:delivery>/replay/", admin.ReplayView.as_view(), name="replay"),
    path("webhooks/<str:endpoint>/", admin.EndpointView.as_view(), name="endpoint"),
    path("webhooks/<str:endpoint>/secret/", admin.SecretView.as_view(), name="secret"),
    path("webhooks/<str:endpoint>/test/", admin.TestView.as_view(), name="test"),
    path("webhooks/<str:endpoint>/deliveries/", admin.DeliveriesView.as_view(), name="log"),
    path("webhooks/<str:endpoint>/replays/", admin.ReplaysView.as_view(), name="replays"),
]
