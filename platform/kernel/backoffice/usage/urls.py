"""Routes of what is used of the plan."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.usage import views

urlpatterns = [path("", views.index)]
