"""Room for files: what a grant says holds, also for many who come at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connections

from kernel.common.time import utc_now
from kernel.media.errors import StorageFull
from kernel.media.models import Asset, Upload
from kernel.media.services import begin_upload, cancel_upload, replace_asset, room_taken
from kernel.media.services.quota import FEATURE, room_limit
from kernel.media.tests.samples import ACTOR, PDF, add
from kernel.tenancy.context import TenantRef, TenantThreadPool, tenant_context
from kernel.tenancy.storage import walk
from testkit.modules import limited
from testkit.tenants import open_test_tenant


@pytest.fixture
def tenant(committing: None) -> Iterator[TenantRef]:
    """A tenant of the test's own, entered; its grant gives room for a thousand bytes."""
    ref = limited(open_test_tenant(), FEATURE, bytes=1000)
    with tenant_context(ref):
        yield ref


def sheet(letter: str, size: int) -> bytes:
    return PDF + letter.encode() * (size - len(PDF))


def fitting(*works: Callable[[], object]) -> int:
    """Do all at the same moment; return for how many there was room."""
    start = threading.Barrier(len(works))

    def done(work: Callable[[], object]) -> bool:
        try:
            start.wait()
            work()
        except StorageFull:
            return False
        finally:
            connections.close_all()
        return True

    with TenantThreadPool(len(works)) as pool:
        return sum(future.result() for future in [pool.submit(done, each) for each in works])


def test_the_room_of_a_grant_is_not_passed_by_many_at_once(tenant: TenantRef) -> None:
    now = utc_now()
    old = [add(sheet(letter, 100)).asset for letter in "ab"]
    with pytest.raises(StorageFull):
        add(sheet("c", 801))

    def replace(asset: Asset, letter: str) -> None:
        new = sheet(letter, 600)
        replace_asset(asset.pk, BytesIO(new), name="n.pdf", size=len(new), actor=ACTOR)

    replaced = fitting(*(partial(replace, asset, str(n)) for n, asset in enumerate(old)))
    after_replacing = room_taken()
    added = fitting(*(partial(add, sheet(letter, 200)) for letter in "defg"))
    begin = partial(begin_upload, "film.mp4", 60, actor=ACTOR, now=now)
    begun = fitting(begin, begin, begin, begin)
    full = room_taken()
    cancel_upload(Upload.objects.get().pk, actor=ACTOR, now=now)
    again = begin()
    limit = room_limit()
    limited(tenant, FEATURE)

    assert (replaced, added, begun) == (1, 1, 1)
    assert (after_replacing, full, room_taken()) == (700, 960, 960)
    assert again.upload.bytes == 60
    assert (limit, room_limit()) == (1000, settings.STOA_MEDIA_BYTES)
    assert Asset.objects.count() == 3
    # Of what was refused nothing is left; the one that was replaced waits for kept pages.
    assert len(list(walk(default_storage))) == 4
