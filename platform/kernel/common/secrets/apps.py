"""Django's view of the secret storage."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SecretsConfig(AppConfig):
    """A tenant's stored secrets."""

    name = "kernel.common.secrets"
    label = "secrets"
    verbose_name = _("Secrets")
