"""The route that gateways send notices to, mounted under ``hooks/pay/``."""

from __future__ import annotations

from django.urls import path

from kernel.payments.api.hooks import notice

app_name = "payment-hooks"
urlpatterns = [path("<str:binding>", notice, name="notice")]
