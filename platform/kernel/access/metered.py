"""People on the staff as plans count them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.access.models import Staff
from kernel.quotas.meters import Meter
from kernel.quotas.services import take
from kernel.tenancy.context import current_tenant_or_none

STAFF: Final = "staff"


def _counted(_start: datetime | None, _end: datetime | None) -> int:
    return Staff.objects.filter(is_active=True, expires_at=None).count()


def take_place(*, now: datetime) -> None:
    """Let one more person in, if the shop's plan allows it.

    Raises:
        QuotaReached: it does not.
    """
    if current_tenant_or_none() is not None:
        take(STAFF, now=now)


METER: Final = Meter(
    code=STAFF,
    label=_("People on the staff"),
    at_limit=_("Nobody more can be invited; who is there stays."),
    counted=_counted,
)
