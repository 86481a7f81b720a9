"""Sign-in by a company's accounts as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SignOnConfig(AppConfig):
    """One provider for each console, and who of its people is who of the staff."""

    name = "kernel.sso"
    # Tables of those who sign in are granted by how their names begin.
    label = "access_sso"
