"""Fixtures of all tests; a module in a repository of its own does the same."""

from __future__ import annotations

import pytest

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

__all__ = [
    "_fresh_directory",
    "committing",
    "django_db_setup",
    "in_tenant_a",
    "tenant_a",
    "tenant_b",
]
