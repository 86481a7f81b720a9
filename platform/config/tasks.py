"""What the installation itself does by the clock, beside what each tenant does."""

from __future__ import annotations

from kernel.common.idempotency.services import purge_expired
from kernel.common.time import utc_now
from kernel.tenancy.sessions import purge_at
from kernel.tenancy.tasks import tenant_task


@tenant_task(name="installation.purge", scope="public")
def purge() -> None:
    """Delete sessions and kept replies of operators and partners that are past their time."""
    purge_expired()
    purge_at(utc_now())
