"""Joins the parts once all of them are loaded."""

from __future__ import annotations

from django.apps import AppConfig


class CompositionConfig(AppConfig):
    """The composition root as a Django application; stands last in INSTALLED_APPS."""

    name = "config"
    label = "composition"

    def ready(self) -> None:
        """Name the Celery application, connect what modules declare, start error reports."""
        from importlib.metadata import version

        from django.conf import settings

        from config.celery import app
        from config.modules import connect_modules
        from kernel.common.errors_reporting import init
        from kernel.common.flow import current_request_id, in_request
        from kernel.modules.gate import mode_of
        from kernel.tenancy.carried import Carrier, register_carrier
        from kernel.tenancy.module_mode import set_module_gate

        app.set_default()
        register_carrier(
            Carrier(
                "request_id",
                read=lambda: current_request_id() or None,
                bind=lambda value: in_request(value or ""),
            )
        )
        set_module_gate(mode_of)
        connect_modules()
        init(
            dsn=settings.STOA_SENTRY_DSN,
            release=version("stoa"),
            environment=settings.STOA_SENTRY_ENVIRONMENT,
            traces=settings.STOA_SENTRY_TRACES,
        )
