"""Routes of settings."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.choosing import views

urlpatterns = [path("", views.index), path("<str:code>/", views.edit)]
