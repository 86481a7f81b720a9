"""What the settings refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidSettings(DomainError):
    """Some values cannot be used; ``invalid`` has a sentence for each key."""

    code = "settings.invalid"
    status = 422
    title = _("Some settings are not acceptable.")
