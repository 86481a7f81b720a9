"""Searches that the shop proposes, and those of a member, as blocks ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kernel.search.selectors import history_of, hot_words
from themes.contract import Binding, PageContext
from themes.sources import Source


def _load_hot_words(_page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    found = hot_words()
    return [found for _binding in bindings]


def _load_history(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    member = page.viewer.member_id if page.viewer else None
    found = history_of(member) if member else []
    return [found for _binding in bindings]


HOT_WORDS: Final = Source(of="search.hot_words", load=_load_hot_words, reads=("search_words",))
HISTORY: Final = Source(
    of="search.history", load=_load_history, reads=("search_words",), vary="member"
)
