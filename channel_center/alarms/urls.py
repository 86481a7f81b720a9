"""Routes of the operator's page of alarms."""

from __future__ import annotations

from django.urls import path

from channel_center.alarms import views

urlpatterns = [
    path("alarms/", views.index),
    path("alarms/<str:public_id>/seen/", views.seen),
]
