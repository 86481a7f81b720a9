"""Who has a page open in the editor, told by a beat every few seconds; kept in the cache alone."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.core.cache import cache

from kernel.common.time import utc_now

SECONDS: Final = 40
_MOST: Final = 12


def beat(page_id: UUID, *, person: str, name: str) -> list[str]:
    """Note that somebody is here; return the names of the others."""
    key, now = f"themes:here:{page_id}", utc_now().timestamp()
    found: dict[str, tuple[str, float]] = cache.get(key) or {}
    here = {each: told for each, told in found.items() if now - told[1] < SECONDS}
    here[person] = (name, now)
    latest = sorted(here.items(), key=lambda each: -each[1][1])[:_MOST]
    cache.set(key, dict(latest), timeout=SECONDS)
    return [told[0] for each, told in latest if each != person]
