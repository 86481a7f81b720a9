"""Fixtures of all tests; a module in a repository of its own does the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports it, so that its assertions tell what they compared.
pytest.register_assert_rewrite("testkit.conformance")

from testkit.database import (  # noqa: E402
    _fresh_directory,
    committing,
    django_db_setup,
    in_tenant_a,
    tenant_a,
    tenant_b,
)

# A run judges a change by what it changed: the same examples each time. The long forms look
# for new ones. Neither judges how busy the machine is.
_PATIENT: Any = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, **_PATIENT)
settings.register_profile("search", print_blob=True, **_PATIENT)

__all__ = [
    "_fresh_directory",
    "committing",
    "django_db_setup",
    "in_tenant_a",
    "tenant_a",
    "tenant_b",
]
