"""Routes of reward modes."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.rewards import (
    asking,
    composing,
    draws,
    monitors,
    risk,
    running,
    simulating,
    views,
)

urlpatterns = [
    path("", views.index),
    path("approvals/", views.approvals),
    path("approvals/<str:activation>/", views.decide),
    path("approvals/<str:activation>/opinion/", views.opinion),
    path("running/", running.running),
    path("liabilities/", running.owed),
    path("statements/", running.statements),
    path("statements/<str:member>/", running.member_statement),
    path("compose/", composing.compose),
    path("compose/preview/", composing.preview),
    path("simulations/", simulating.simulations),
    path("simulations/<str:simulation_id>/", simulating.simulation),
    path("draws/", draws.index),
    path("draws/new/", draws.new),
    path("draws/<str:draw>/", draws.draw),
    path("monitors/", monitors.index),
    path("monitors/read/", monitors.read_now),
    path("monitors/changes/", monitors.changes),
    path("monitors/halts/<str:halt>/", monitors.halted),
    path("monitors/loosenings/<str:loosening>/", monitors.loosening),
    path("monitors/<str:code>/", monitors.monitor),
    path("risk/", risk.index),
    path("risk/<str:case>/", risk.case),
    path("<str:code>/", asking.verdict),
]
