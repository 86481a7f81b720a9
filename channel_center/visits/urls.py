"""Routes of visits to shops."""

from __future__ import annotations

from django.urls import path

from channel_center.visits import views

urlpatterns = [
    path("shops/<str:public_id>/visits/", views.visits),
    path("shops/<str:public_id>/visits/<str:visit>/enter/", views.come_in),
    path("shops/<str:public_id>/visits/<str:visit>/end/", views.end),
]
