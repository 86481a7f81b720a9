"""What the market refuses."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownItem(DomainError):
    """The market has nothing of this name."""

    code: ClassVar[str] = "market.unknown"
    status: ClassVar[int] = 404
    title = _("This is not in the market.")
