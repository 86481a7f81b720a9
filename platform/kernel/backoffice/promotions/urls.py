"""Routes of promotions."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.promotions import views

urlpatterns = [
    path("", views.index),
    path("new/", views.new),
    path("<str:promotion>/", views.edit),
    path("<str:promotion>/switch/", views.switch),
]
