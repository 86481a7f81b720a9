"""Visits of helpers from outside, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Helpers ask, the shop lets them in."""

    name = "kernel.visits"
    label = "visits"
