"""Routes of the admin API for checkout, mounted under ``shipping-methods/``."""

from __future__ import annotations

from django.urls import path

from kernel.checkout.api.admin import ShippingMethodsView

app_name = "checkout-admin-api"
urlpatterns = [path("", ShippingMethodsView.as_view(), name="shipping-methods")]
