"""Routes of coupons."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.promotions import coupons

urlpatterns = [
    path("", coupons.index),
    path("new/", coupons.new),
    path("held/<str:coupon>/withdraw/", coupons.withdraw),
    path("<str:template>/", coupons.edit),
    path("<str:template>/codes/", coupons.codes),
    path("<str:template>/give/", coupons.hand_out),
]
