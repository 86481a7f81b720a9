"""A shop whose offers are told to every process at once, as after a commit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.i18n.speaking import forget_words
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.ports import directory


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantRef]:
    """The shop; what it offers is forgotten with the test's transaction."""
    with tenant_context(tenant_a):
        yield tenant_a
    directory().forget(tenant_a.id)
    forget_words()
