"""Search: the index is kept, words are looked after, searches are remembered."""

from __future__ import annotations

from kernel.search.services.indexing import (
    ask_for_index,
    index_below,
    index_of,
    index_products,
    note_paid,
    order_index,
    rebuild,
    restock_turned,
)
from kernel.search.services.noting import forget_history, note_search, prune_terms, remember
from kernel.search.services.wording import (
    add_synonyms,
    change_synonyms,
    delete_synonyms,
    set_hot_words,
)

__all__ = [
    "add_synonyms",
    "ask_for_index",
    "change_synonyms",
    "delete_synonyms",
    "forget_history",
    "index_below",
    "index_of",
    "index_products",
    "note_paid",
    "note_search",
    "order_index",
    "prune_terms",
    "rebuild",
    "remember",
    "restock_turned",
    "set_hot_words",
]
