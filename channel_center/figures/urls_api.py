"""Routes of figures in the channel API."""

from __future__ import annotations

from django.urls import path

from channel_center.figures import api

urlpatterns = [
    path("figures/", api.FiguresView.as_view()),
    path("figures/days/", api.DaysView.as_view()),
]
