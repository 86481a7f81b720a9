"""Routes of a partner's brand in the channel API."""

from __future__ import annotations

from django.urls import path

from channel_center.brands import api

urlpatterns = [
    path("brand/", api.BrandView.as_view()),
    path("brand/proofs/", api.ProofsView.as_view()),
]
