"""Routes of the store API for checkout, mounted under ``checkout/``."""

from __future__ import annotations

from django.urls import path

from kernel.checkout.api.store import HoldView, PaymentView, PlaceView, QuoteView

app_name = "checkout-api"
urlpatterns = [
    path("quote/", QuoteView.as_view(), name="quote"),
    path("hold/", HoldView.as_view(), name="hold"),
    path("orders/", PlaceView.as_view(), name="place"),
    path("payments/", PaymentView.as_view(), name="pay"),
]
