"""What the kill test runs as processes of its own, to be killed at any moment.

``python -m kernel.common.outbox.tests.kill_process <role> <id> <schema> <db role> <days>``
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from typing import Final
from uuid import UUID

import django

AGGREGATES: Final = ("kill:a", "kill:b", "kill:c")


def main(role: str, tenant_id: str, schema: str, db_role: str, days: str) -> None:
    """Publish or deliver without end, as one tenant, ``days`` ahead of the clock."""
    django.setup()

    from kernel.tenancy.context import BrandRef, TenantRef, tenant_context

    tenant = TenantRef(
        id=UUID(tenant_id), schema=schema, role=db_role, name=schema, brand=BrandRef(schema)
    )
    with tenant_context(tenant):
        if role == "publish":
            _publish()
        else:
            _deliver(timedelta(days=int(days)))


def _publish() -> None:
    from django.db import transaction

    from kernel.common.outbox.models import OutboxEvent
    from kernel.common.outbox.publishing import publish
    from kernel.common.outbox.tests.probe import Probed

    number = OutboxEvent.objects.count()
    print("ready", flush=True)
    while True:
        for aggregate in AGGREGATES:
            number += 1
            with transaction.atomic():
                publish(Probed(number=number), aggregate=aggregate)
        time.sleep(0.01)  # the consumers should nearly keep up


def _deliver(ahead: timedelta) -> None:
    from kernel.common.outbox.delivery import deliver_pending
    from kernel.common.outbox.events import subscribe
    from kernel.common.outbox.tests.probe import WRITE_DOWN
    from kernel.common.time import utc_now

    subscribe(WRITE_DOWN.event, WRITE_DOWN.handler, WRITE_DOWN.function)
    print("ready", flush=True)
    while True:
        if not deliver_pending(clock=lambda: utc_now() + ahead, limit=100):
            time.sleep(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
