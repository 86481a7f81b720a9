"""Routes of the store API for rewards, mounted under ``rewards/``."""

from __future__ import annotations

from django.urls import path

from kernel.rewards.api.store import EarningLinesView, EarningsView, RulesView

app_name = "rewards-api"
urlpatterns = [
    path("", EarningsView.as_view(), name="earnings"),
    path("lines/", EarningLinesView.as_view(), name="lines"),
    path("rules/", RulesView.as_view(), name="rules"),
]
