"""Two tenants that exist on paper only, for what needs no tables of theirs."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel.tenancy.context import BrandRef, TenantRef


@pytest.fixture
def one() -> TenantRef:
    return _ref(1)


@pytest.fixture
def two() -> TenantRef:
    return _ref(2)


def _ref(number: int) -> TenantRef:
    schema = f"t_{number:016}"
    return TenantRef(
        id=UUID(int=number), schema=schema, role=f"x_{schema}", name=schema, brand=BrandRef(schema)
    )
