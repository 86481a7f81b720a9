"""The viewer's messages as blocks ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kernel.notifications.selectors import inbox_of_member, unread
from themes.contract import Binding, PageContext
from themes.sources import Source


def _load_counts(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    viewer = page.viewer
    count = 0
    if viewer is not None and viewer.member_id:
        count = unread(inbox_of_member(viewer.member_id))
    return [count for _each in bindings]


UNREAD: Final = Source(of="notices.unread", load=_load_counts, reads=())
