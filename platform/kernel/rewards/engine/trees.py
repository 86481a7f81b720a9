"""Trees of members: who referred whom, teams that move, seats of a matrix."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from kernel.rewards.engine.store import Record, Store
from kernel.rewards.errors import EventRefused

SEATS = "seats"


def parent(store: Store, tree: str, member: str) -> str | None:
    """Return who stands directly above a member."""
    node = store.get(f"tree:{tree}", member)
    return None if node is None else node["parent"]


def children(store: Store, tree: str, member: str) -> list[str]:
    """Return who stands directly below a member, in the order of their coming."""
    node = store.get(f"tree:{tree}", member)
    return [] if node is None else list(node["children"])


def ancestors(store: Store, tree: str, member: str) -> Iterator[str]:
    """Return everybody above a member, nearest first."""
    above = parent(store, tree, member)
    while above is not None:
        yield above
        above = parent(store, tree, above)


def attach(store: Store, tree: str, member: str, above: str | None) -> None:
    """Put a member below another; a member is never put below himself."""
    if above is not None and (above == member or member in ancestors(store, tree, above)):
        raise EventRefused(member=member, parent=above, tree=tree)
    node = _node(store, tree, member)
    if node["parent"] is not None:
        old = _node(store, tree, node["parent"])
        old["children"].remove(member)
        store.put(f"tree:{tree}", node["parent"], old)
    node["parent"] = above
    store.put(f"tree:{tree}", member, node)
    if above is not None:
        new = _node(store, tree, above)
        new["children"].append(member)
        store.put(f"tree:{tree}", above, new)


def subtree(store: Store, member: str, tree: str = "sponsor") -> Iterator[str]:
    """Return a member and everybody below."""
    waiting = deque([member])
    while waiting:
        at = waiting.popleft()
        yield at
        waiting.extend(children(store, tree, at))


def levels_below(store: Store, tree: str, member: str, depth: int) -> list[list[str]]:
    """Return who stands below, level by level, as far as a depth."""
    levels: list[list[str]] = []
    here = [member]
    for _ in range(depth):
        here = [child for at in here for child in children(store, tree, at)]
        levels.append(here)
    return levels


def place(store: Store, member: str, start: str | None, width: int) -> str | None:
    """Give a member the first free seat below a start, breadth first, left to right."""
    if start is None or store.get(f"tree:{SEATS}", start) is None:
        attach(store, SEATS, member, None)
        return None
    for at in subtree(store, start, SEATS):
        if len(children(store, SEATS, at)) < width:
            attach(store, SEATS, member, at)
            return at
    return None


def seats_below(store: Store, member: str) -> int:
    """Return the filled seats that count for a share.

    The head of a matrix has all seats below; whoever sits in it has the seats of his
    own first line.
    """
    if parent(store, SEATS, member) is None:
        return sum(1 for _ in subtree(store, member, SEATS)) - 1
    return len(children(store, SEATS, member))


def _node(store: Store, tree: str, member: str) -> Record:
    node = store.get(f"tree:{tree}", member)
    return {"parent": None, "children": []} if node is None else node
