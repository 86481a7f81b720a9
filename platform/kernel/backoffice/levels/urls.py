"""Routes of levels."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.levels import views

urlpatterns = [
    path("", views.index),
    path("new/", views.new),
    path("policy/", views.policy),
    path("members/<str:member>/", views.give),
    path("<str:level>/", views.edit),
]
