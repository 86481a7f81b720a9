"""What concerns figures and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidSpan(DomainError):
    """Days that cannot be shown; ``field`` names which."""

    code: ClassVar[str] = "analytics.invalid_span"
    status: ClassVar[int] = 422
    title = _("These days cannot be shown.")
