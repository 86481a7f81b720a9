"""The registry of the stock project."""

from __future__ import annotations

from django.apps import AppConfig


class StockConfig(AppConfig):
    """Holds the stock project's tenants."""

    name = "infra.bench.stock"
    label = "stock"
