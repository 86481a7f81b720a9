"""Routes of moves in the channel API."""

from __future__ import annotations

from django.urls import path

from channel_center.moves import api

urlpatterns = [
    path("moves/", api.MovesView.as_view()),
    path("moves/<str:move>/", api.MoveView.as_view()),
    path("moves/<str:move>/accept/", api.AcceptMoveView.as_view()),
    path("moves/<str:move>/refuse/", api.RefuseMoveView.as_view()),
    path("moves/<str:move>/withdraw/", api.WithdrawMoveView.as_view()),
    path("tenants/<str:tenant>/moves/", api.TenantMovesView.as_view()),
]
