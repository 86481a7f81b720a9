"""Django's view of the idempotency records."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdempotencyConfig(AppConfig):
    """Replies kept for repeated requests; a table in each tenant and in public."""

    name = "kernel.common.idempotency"
    label = "idempotency"
    verbose_name = _("Idempotency")
