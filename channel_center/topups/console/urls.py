"""Routes of top-ups at partners' and the operator's hosts."""

from __future__ import annotations

from django.urls import path

from channel_center.topups.console import hooks, views

urlpatterns = [
    path("top-ups/", views.index),
    path("top-ups/receiving/", views.receiving),
    path("top-ups/<str:public_id>/", views.decide_it),
    path("pay/top-up/<str:link>/", hooks.pay),
    path("pay/top-up/<str:link>/done/", hooks.done),
    path("hooks/top-up/<str:receiver>/", hooks.notice),
]
