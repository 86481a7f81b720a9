"""Routes of the pages about work on many shops."""

from __future__ import annotations

from django.urls import path

from channel_center.bulk.console import views

urlpatterns = [
    path("bulk/", views.index),
    path("bulk/new/", views.new),
    path("bulk/<str:run>/", views.one),
    path("bulk/<str:run>/stop/", views.end),
    path("bulk/<str:run>/again/", views.again),
]
