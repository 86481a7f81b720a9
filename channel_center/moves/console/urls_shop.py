"""Routes of a shop's provider, in the shop's own console."""

from __future__ import annotations

from django.urls import path

from channel_center.moves.console import shop

urlpatterns = [
    path("provider/", shop.index),
    path("provider/move/", shop.ask),
    path("provider/moves/<str:public_id>/confirm/", shop.confirm),
    path("provider/moves/<str:public_id>/off/", shop.call_off),
    path("provider/moves/<str:public_id>/keys/", shop.keys),
    path("provider/archive/", shop.archive),
    path("provider/archive/consent/", shop.consent),
    path("provider/archive/<str:job>/", shop.fetch),
]
