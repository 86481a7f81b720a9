"""Routes of the store API for promotions and coupons, mounted under ``/api/v1/store/``."""

from __future__ import annotations

from django.urls import path

from kernel.promotions.api import store

app_name = "promotions-api"
urlpatterns = [
    path("promotions/", store.PromotionsView.as_view(), name="promotions"),
    path("coupons/", store.CouponsView.as_view(), name="coupons"),
    path("coupons/offered/", store.WallView.as_view(), name="wall"),
    path("coupons/offered/<str:template>/take/", store.TakeView.as_view(), name="take"),
    path("coupons/redeem/", store.RedeemView.as_view(), name="redeem"),
    path("coupons/for-checkout/", store.ChoicesView.as_view(), name="choices"),
]
