"""Carts, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CartConfig(AppConfig):
    """Carts."""

    name = "kernel.cart"
    label = "cart"
