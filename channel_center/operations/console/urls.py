"""Routes of the operator's pages about the fleet."""

from __future__ import annotations

from django.urls import path

from channel_center.operations.console import fleet

urlpatterns = [
    path("fleet/", fleet.index),
    path("fleet/upgrade/", fleet.upgrade_all),
    path("fleet/<str:public_id>/ring/", fleet.ring),
    path("functions/", fleet.functions),
    path("functions/<str:code>/", fleet.function),
    path("announcements/", fleet.announcing),
    path("announcements/<str:public_id>/withdraw/", fleet.take_back),
]
