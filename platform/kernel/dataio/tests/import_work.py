"""What the import's kill tests and soaks do in processes of their own."""

from __future__ import annotations

import resource
from datetime import timedelta
from uuid import UUID

from kernel.common.time import utc_now
from kernel.dataio.models import Import
from kernel.dataio.services import run
from kernel.tenancy.context import public_context, tenant_context
from kernel.tenancy.ports import directory


def go_on(*, tenant: str, source: str) -> bool:
    """Go on with an import until it is over."""
    with public_context():
        found = directory().by_id(UUID(tenant))
    with tenant_context(found):
        return run(UUID(source), clock=utc_now)


def go_on_and_weigh(*, tenant: str, source: str) -> list[int]:
    """Run an import; return the most memory held after a few batches, and at the end, in KiB."""
    with public_context():
        found = directory().by_id(UUID(tenant))
    weights = []
    with tenant_context(found):
        key = UUID(source)
        while Import.objects.get(pk=key).position < _WARM:
            run(key, clock=utc_now, until=utc_now() + timedelta(seconds=1))
        weights.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        run(key, clock=utc_now)
        weights.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return weights


_WARM = 500
