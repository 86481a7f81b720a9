"""Routes of moves in the consoles of channel partners and the operator."""

from __future__ import annotations

from django.urls import path

from channel_center.moves.console import views

urlpatterns = [
    path("moves/", views.index),
    path("moves/policy/", views.policy),
    path("moves/<str:public_id>/", views.show),
    path("moves/<str:public_id>/accept/", views.accept),
    path("moves/<str:public_id>/approve/", views.approve),
    path("moves/<str:public_id>/refuse/", views.refuse),
    path("moves/<str:public_id>/withdraw/", views.withdraw),
    path("moves/<str:public_id>/again/", views.again),
    path("shops/<str:public_id>/move/", views.ask),
    path("shops/<str:public_id>/archive/", views.archive),
    path("shops/<str:public_id>/archive/<str:job>/", views.fetch),
]
