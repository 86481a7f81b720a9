from __future__ import annotations

from collections.abc import Iterator

import pytest

from testkit.sealing import root_key


@pytest.fixture(autouse=True)
def _sealing() -> Iterator[None]:
    with root_key():
        yield
