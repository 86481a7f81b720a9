"""Routes of the consoles of channel partners and the operator."""

from __future__ import annotations

from django.urls import path

from channel_center.console import operator, views

urlpatterns = [
    path("", views.overview),
    path("shops/", views.shops),
    path("shops/new/", views.open_shop),
    path("shops/<str:public_id>/", views.shop),
    path("shops/<str:public_id>/hold/", views.hold_shop),
    path("shops/<str:public_id>/holds/<str:hold>/lift/", views.release_shop),
    path("partners/", operator.partners),
    path("partners/new/", operator.add_partner),
    path("system/", operator.system),
    path("activity/", operator.activity),
    path("activity/<int:sequence>/", operator.act),
]
