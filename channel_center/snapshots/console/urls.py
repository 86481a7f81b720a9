"""Routes of the pages of templates."""

from __future__ import annotations

from django.urls import path

from channel_center.snapshots.console import bringing, views

urlpatterns = [
    path("", views.index),
    path("new/", views.make),
    path("in/<str:tenant>/", bringing.history),
    path("in/<str:tenant>/<str:application>/undo/", bringing.take_back_one),
    path("<str:template>/", views.one),
    path("<str:template>/change/", views.change),
    path("<str:template>/archive/", views.archive),
    path("<str:template>/take/", views.take),
    path("<str:template>/in/<str:tenant>/", bringing.compare_one),
]
