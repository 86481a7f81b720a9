"""Reference tables that tenants may read, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """Reference tables that tenants may read."""

    name = "kernel.reference"
    label = "reference"
