"""Routes of the pages about work on many shops."""

from __future__ import annotations

from django.urls import path

from channel_center.bulk.console import copying, views

urlpatterns = [
    path("bulk/", views.index),
    path("bulk/new/", views.new),
    path("bulk/<str:run>/", views.one),
    path("bulk/<str:run>/stop/", views.end),
    path("bulk/<str:run>/again/", views.again),
    path("bulk/<str:run>/back/", views.back),
    path("shops/<str:tenant>/copy/", copying.copy),
]
