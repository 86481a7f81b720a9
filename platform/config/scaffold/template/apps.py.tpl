"""The module as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class __Class__Config(AppConfig):
    """__en__."""

    name = "__package__"
    label = "__code__"
