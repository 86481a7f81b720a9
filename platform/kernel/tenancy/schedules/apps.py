"""Django app of the schedules."""

from __future__ import annotations

from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    """Claims of scheduled jobs, in the public schema."""

    name = "kernel.tenancy.schedules"
    label = "schedules"
    default_auto_field = "django.db.models.BigAutoField"
