"""Routes of the admin API for reward modes, mounted under ``/api/v1/admin/rewards/``."""

from __future__ import annotations

from django.urls import path

from kernel.rewards.composing.api import activations, admin

app_name = "rewards-admin-api"
urlpatterns = [
    path("modes/", admin.ModesView.as_view(), name="modes"),
    path("modes/<str:code>/", admin.ModeView.as_view(), name="mode"),
    path("packs/", admin.PacksView.as_view(), name="packs"),
    path("packs/check/", admin.PackLookView.as_view(), name="look"),
    path("judge/", admin.JudgeView.as_view(), name="judge"),
    path("simulations/", admin.SimulationsView.as_view(), name="simulations"),
    path("simulations/<str:simulation>/", admin.SimulationView.as_view(), name="simulation"),
    path("activations/", activations.ActivationsView.as_view(), name="activations"),
    path("activations/<str:activation>/approve/", activations.ApproveView.as_view()),
    path("activations/<str:activation>/refuse/", activations.RefuseView.as_view()),
    path("activations/<str:activation>/end/", activations.EndView.as_view()),
    path("programmes/", activations.ProgrammesView.as_view(), name="programmes"),
    path("programmes/<str:programme>/close/", activations.CloseView.as_view(), name="close"),
    path("members/<str:member>/", activations.StatementView.as_view(), name="statement"),
    path("liabilities/", activations.LiabilitiesView.as_view(), name="liabilities"),
]
