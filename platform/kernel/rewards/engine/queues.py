"""Queues: entries in the order of their number, each with a target and what it received.

A queue remembers the first number that may still wait, which numbers a
member has and which an order, so that nobody walks through those who were served long ago.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kernel.rewards.engine.numbers import number
from kernel.rewards.engine.store import Record, Store


def join(store: Store, queue: str, *, member: str, order: str | None, target: Fraction) -> str:
    """Add an entry at the end; its number is its place."""
    state = store.get("queue", queue) or {"last": 0, "head": 1}
    state["last"] += 1
    store.put("queue", queue, state)
    entry = str(state["last"])
    record: Record = {"member": member, "order": order, "target": str(target), "received": "0"}
    store.put(f"queue:{queue}", entry, record)
    _note(store, f"queue-of:{queue}", member, entry)
    if order is not None:
        _note(store, f"queue-for:{queue}", order, entry)
    return entry


def _note(store: Store, kind: str, key: str, entry: str) -> None:
    known = store.get(kind, key) or {"entries": []}
    known["entries"] = [*known["entries"], entry]
    store.put(kind, key, known)


def entries_for(store: Store, queue: str, order: str) -> Iterator[tuple[str, Record]]:
    """Yield the entries of an order that have not left."""
    known = store.get(f"queue-for:{queue}", order)
    for entry in known["entries"] if known else ():
        record = store.get(f"queue:{queue}", entry)
        if record is not None and not record.get("left"):
            yield entry, record


def receive(store: Store, queue: str, entry: str, figure: Fraction) -> None:
    """Count what an entry received; a negative figure is taken back."""
    record = store.get(f"queue:{queue}", entry)
    if record is None:
        return
    record["received"] = str(number(record["received"]) + figure)
    store.put(f"queue:{queue}", entry, record)
    _move_head(store, queue, int(entry))


def _move_head(store: Store, queue: str, changed: int) -> None:
    """Let the queue begin at the first entry that still waits."""
    state = store.get("queue", queue)
    if state is None:
        return
    head = min(changed, state["head"])
    while head <= state["last"] and not _waits(store.get(f"queue:{queue}", str(head))):
        head += 1
    if head != state["head"]:
        state["head"] = head
        store.put("queue", queue, state)


def _waits(record: Record | None) -> bool:
    if record is None or record.get("left"):
        return False
    return number(record["target"]) > number(record["received"])


def leave(store: Store, queue: str, order: str) -> list[Record]:
    """Take the entries of an order out of a queue."""
    gone = []
    for entry, record in entries_for(store, queue, order):
        record["left"] = True
        store.put(f"queue:{queue}", entry, record)
        gone.append(record)
    return gone


def open_entries(store: Store, queue: str) -> list[tuple[str, Record]]:
    """Return all entries that still wait for something."""
    return [(entry, one) for entry, one in store.items(f"queue:{queue}") if _waits(one)]


def waiting(store: Store, queue: str) -> Iterator[tuple[str, Record]]:
    """Yield the entries that wait, as far as somebody asks for the next."""
    state = store.get("queue", queue)
    if state is None:
        return
    for at in range(state["head"], state["last"] + 1):
        record = store.get(f"queue:{queue}", str(at))
        if record is not None and _waits(record):
            yield str(at), record


def waiting_of(store: Store, queue: str, member: str) -> Iterator[tuple[str, Record]]:
    """Yield the entries of a member that wait."""
    own = store.get(f"queue-of:{queue}", member)
    for entry in own["entries"] if own else ():
        record = store.get(f"queue:{queue}", entry)
        if record is not None and _waits(record):
            yield entry, record


def recent_entries(store: Store, queue: str, many: int) -> list[tuple[str, Record]]:
    """Return the latest entries, oldest first, whether they wait or not."""
    at = (store.get("queue", queue) or {"last": 0})["last"]
    found: list[tuple[str, Record]] = []
    while at > 0 and len(found) < many:
        record = store.get(f"queue:{queue}", str(at))
        if record is not None and not record.get("left"):
            found.append((str(at), record))
        at -= 1
    return found[::-1]
