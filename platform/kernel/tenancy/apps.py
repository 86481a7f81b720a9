"""Tenancy as a Django application: repairs that must be in place before the first query."""

from __future__ import annotations

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Installs the per-schema cache of content types."""

    name = "kernel.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        """Replace the process-wide cache."""
        from django.contrib.contenttypes.models import ContentType

        from kernel.tenancy import pooler  # noqa: F401  importing registers the check
        from kernel.tenancy.content_types import ScopedContentTypeCache

        ContentType.objects._cache = ScopedContentTypeCache()  # type: ignore[attr-defined]
