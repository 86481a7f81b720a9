"""Routes of a partner's brand."""

from __future__ import annotations

from django.urls import path

from channel_center.brands.console import views

urlpatterns = [
    path("brand/", views.editor),
    path("brand/prove/", views.prove),
]
