"""The module as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SaleConfig(AppConfig):
    """A sale, for tests."""

    name = "kernel.checkout.tests.sale"
    label = "sale"
