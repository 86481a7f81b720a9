"""What a brand consists of, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class BrandingConfig(AppConfig):
    """Fields of a brand, its pictures, and the sender of its letters."""

    name = "kernel.branding"
    label = "branding"
