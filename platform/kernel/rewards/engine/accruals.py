"""What was paid and how it was reckoned: kept by order, and found again by what is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kernel.rewards.engine.store import Record, Store

NO_ORDER: Final = "-"
_DELAYED: Final = "delayed"


def keep(store: Store, accrual: Record) -> None:
    """Keep a new accrual below its order."""
    order = str(accrual["order"] or NO_ORDER)
    last = store.get("accruals", order) or {"at": 0}
    last["at"] += 1
    store.put("accruals", order, last)
    key = str(last["at"])
    store.put(f"accrual:{order}", key, accrual)
    if accrual["hold"] == "delay":
        store.put(_DELAYED, f"{order}/{key}", {"order": order, "at": key})


def change(store: Store, key: str, accrual: Record) -> None:
    """Keep what has changed of an accrual."""
    store.put(f"accrual:{accrual['order'] or NO_ORDER}", key, accrual)


def of_order(store: Store, order: str) -> Iterator[tuple[str, Record]]:
    """Return the accruals of an order."""
    yield from store.items(f"accrual:{order}")


def delayed(store: Store) -> Iterator[tuple[str, Record]]:
    """Return the accruals that wait for a date or for a condition."""
    for _, where in store.items(_DELAYED):
        accrual = store.get(f"accrual:{where['order']}", where["at"])
        if accrual is not None and accrual["frozen"]:
            yield where["at"], accrual


def of_all_orders(store: Store) -> Iterator[tuple[str, Record]]:
    """Return the accruals of every order."""
    for order, _ in store.items("accruals"):
        yield from of_order(store, order)
