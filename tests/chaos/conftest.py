"""A nursery for each module of kill tests, and how many rounds they take."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from testkit.chaos import Nursery


@pytest.fixture(scope="module")
def nursery(django_db_setup: None) -> Iterator[Nursery]:
    """A process that forks the children to kill."""
    with Nursery() as running:
        yield running


@pytest.fixture(
    params=[pytest.param(4, id="short"), pytest.param(50, id="long", marks=pytest.mark.soak)]
)
def rounds(request: pytest.FixtureRequest) -> int:
    """How many rounds: few in every run, fifty in a soak."""
    return int(request.param)
