"""Versions of data: a token for each kind, replaced whenever such data changes.

Whatever is kept of a page names the tokens that it was drawn with. Tokens are
random, so one that the cache has lost is never taken for an older one. They are
read before the data: a change in between makes what is kept stale, never fresh.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from secrets import token_hex
from typing import Final

from django.core.cache import cache
from django.db import transaction

_PREFIX: Final = "themes:v:"


def counter_key(name: str) -> str:
    """Return the key under which a counter's token is kept, inside the tenant's keys."""
    return f"{_PREFIX}{name}"


def tokens(names: Collection[str], *, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the current token of each counter; one round trip when all are there.

    Args:
        names: which.
        known: tokens that were read a moment ago, before any data; they are not asked for.
    """
    found = dict(known or {})
    keys = {counter_key(name): name for name in sorted(set(names) - set(found))}
    if not keys:
        return found
    found |= {keys[key]: str(value) for key, value in cache.get_many(keys).items()}
    for name in set(names) - set(found):
        key = counter_key(name)
        # Of two processes that miss it at once, both must use the same.
        cache.add(key, token_hex(8), timeout=None)
        found[name] = str(cache.get(key, ""))
    return found


def bump(*names: str) -> None:
    """Make everything stale that was drawn from these kinds of data."""
    cache.set_many({counter_key(name): token_hex(8) for name in names}, timeout=None)


def bump_on_commit(names: Iterable[str]) -> None:
    """Do so once the current transaction is committed."""
    wanted = tuple(names)
    transaction.on_commit(lambda: bump(*wanted), robust=True)
