"""Routes of the operator's pages about flags."""

from __future__ import annotations

from django.urls import path

from channel_center.flags.console import views

urlpatterns = [
    path("flags/", views.index),
    path("flags/new/", views.edit),
    path("flags/<str:code>/", views.edit),
    path("flags/<str:code>/drop/", views.drop),
]
