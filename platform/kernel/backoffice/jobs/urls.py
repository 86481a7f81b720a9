"""Routes of the jobs console."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.jobs import views

urlpatterns = [
    path("", views.index),
    path("run/", views.run),
    path("events/<uuid:event>/retry/", views.retry),
]
