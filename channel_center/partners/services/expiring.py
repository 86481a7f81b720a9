"""Tells partners' programs of rights that end soon: once for each of some days before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from channel_center.partners.models import PartnerDelivery
from channel_center.partners.services.telling import tell
from kernel.common.ids import public_id
from kernel.tenancy.context import public_context
from tenants.choices import LIVING
from tenants.models import Grant

DAYS: Final = (15, 7, 3, 1)
EVENT: Final = "licence.expiring"
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('partners.expiring', 0))"


@public_context()
@transaction.atomic
def tell_of_expiring(*, now: datetime) -> int:
    """Tell of each right that ends within so many days and a day less; return how many times."""
    with connection.cursor() as cursor:
        # Two clocks that tell at once would tell twice.
        cursor.execute(_LOCK)
    told = 0
    for days in DAYS:
        ends = (now + timedelta(days=days - 1), now + timedelta(days=days))
        rows = Grant.objects.select_related("tenant").filter(
            ends_at__gt=ends[0],
            ends_at__lte=ends[1],
            revoked_at=None,
            tenant__state__in=LIVING,
            tenant__channel_id__isnull=False,
        )
        for row in rows.order_by("pk").iterator():
            told += _tell(row, days)
    return told


def _tell(row: Grant, days: int) -> bool:
    about = f"{public_id('grt', row.pk)}:{days}"
    if PartnerDelivery.objects.filter(event=EVENT, aggregate=about).exists():
        return False
    lasts_longer = Grant.objects.filter(
        tenant=row.tenant, feature=row.feature, revoked_at=None, starts_at__lte=row.ends_at
    ).exclude(ends_at__lte=row.ends_at)
    if lasts_longer.exists() or row.tenant.channel_id is None:
        return False
    data = {
        "tenant": row.tenant.public_id,
        "name": row.tenant.name,
        "module": row.feature,
        "edition": row.edition,
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
        "days": days,
    }
    tell(row.tenant.channel_id, EVENT, about=about, data=data)
    return True
