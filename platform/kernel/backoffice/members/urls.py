"""Routes of members."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.members import balances, views

urlpatterns = [
    path("", views.index),
    path("export.csv", views.export),
    path("assign/", views.assign),
    path("<str:member>/", views.show),
    path("<str:member>/balance/", balances.balance),
    path("<str:member>/tags/", views.tags),
    path("<str:member>/disable/", views.disable),
    path("<str:member>/enable/", views.enable),
]
