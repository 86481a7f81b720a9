"""Routes of charts at partners' and the operator's hosts."""

from __future__ import annotations

from django.urls import path

from channel_center.figures import views

urlpatterns = [path("charts/<str:code>.csv", views.chart_file)]
