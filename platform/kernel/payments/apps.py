"""Payments, refunds and gateways, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Payments, refunds and gateways."""

    name = "kernel.payments"
    label = "payments"
