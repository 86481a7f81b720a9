"""Takes figures of a shop over into the tables of the channel centre."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from channel_center.figures.models import ShopDay
from kernel.analytics.choices import Grain
from kernel.analytics.reports import series
from kernel.analytics.values import Span
from kernel.common.time import local_date
from kernel.tenancy.context import current_tenant, public_context

DAYS: Final = 3
"""So many days are taken over again each time: orders are paid and refunded later."""
FIRST_DAYS: Final = 60
_NAMES: Final = ("visits", "visitors", "bought", "paid", "paid_minor", "refunded_minor")


def take_over(now: datetime) -> None:
    """Keep the last days of the current shop; the first time, two months of them."""
    tenant = current_tenant()
    today = local_date(now, tenant.zone)
    with public_context():
        is_known = ShopDay.objects.filter(tenant_id=tenant.id).exists()
    points = series(Span.last(DAYS if is_known else FIRST_DAYS, today=today), grain=Grain.DAY)
    rows = [
        ShopDay(
            tenant_id=tenant.id,
            day=point.day,
            currency=tenant.currency,
            told_at=now,
            **{name: max(0, point.figures[name]) for name in _NAMES},
        )
        for point in points
    ]
    with public_context():
        ShopDay.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant_id", "day"],
            update_fields=["currency", "told_at", *_NAMES],
        )
