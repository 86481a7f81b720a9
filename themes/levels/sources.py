"""The viewer's level as blocks ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kernel.common.time import utc_now
from kernel.levels.selectors import progress_of
from themes.contract import Binding, PageContext
from themes.levels.shown import progress_data
from themes.sources import Source


def _load(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    viewer = page.viewer
    if viewer is None or viewer.member_id is None:
        return [None for _each in bindings]
    found = progress_data(progress_of(viewer.member_id, now=utc_now()), page.language)
    return [found for _each in bindings]


MINE: Final = Source(of="levels.mine", load=_load, reads=(), vary="member")
