"""Quoting and placing orders, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    """Quoting and placing orders."""

    name = "kernel.checkout"
    label = "checkout"
