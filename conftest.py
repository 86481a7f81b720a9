"""Fixtures of all tests; a module in a repository of its own does the same."""

from __future__ import annotations

import pytest
from hypothesis import settings

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
# for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", print_blob=True)

__all__ = [
    "_fresh_directory",
    "committing",
    "django_db_setup",
    "in_tenant_a",
    "tenant_a",
    "tenant_b",
]
