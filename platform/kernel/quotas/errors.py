"""What quotas refuse."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class QuotaReached(DomainError):
    """The plan allows no more; ``meter`` says of what, ``limit`` how much it allows."""

    code: ClassVar[str] = "quotas.reached"
    status: ClassVar[int] = 402
    title = _("The plan of this shop allows no more.")
