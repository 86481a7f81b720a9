"""What things cost, and why, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class PricingConfig(AppConfig):
    """What things cost, and why."""

    name = "kernel.pricing"
    label = "pricing"
