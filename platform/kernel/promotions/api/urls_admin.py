"""Routes of the admin API for promotions and coupons, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.promotions.api import admin

app_name = "promotions-admin-api"
urlpatterns = [
    path("promotions/", admin.PromotionsView.as_view(), name="promotions"),
    path("promotions/<str:promotion>/", admin.PromotionView.as_view(), name="promotion"),
    path("coupon-templates/", admin.TemplatesView.as_view(), name="templates"),
    path("coupon-templates/<str:template>/", admin.TemplateView.as_view(), name="template"),
    path("coupon-templates/<str:template>/give/", admin.GiveView.as_view(), name="give"),
    path("coupon-templates/<str:template>/batches/", admin.BatchesView.as_view(), name="batches"),
    path("coupon-batches/<str:batch>/", admin.BatchView.as_view(), name="batch"),
    path("coupon-batches/<str:batch>/codes/", admin.CodesView.as_view(), name="codes"),
    path("coupons/<str:coupon>/revoke/", admin.RevokeView.as_view(), name="revoke"),
]
