"""The parts of a shop that can be carried over, in the order in which they need each other."""

from __future__ import annotations

from kernel.snapshots.contract import Part

_parts: dict[str, tuple[int, Part]] = {}


def register_part(part: Part, *, order: int) -> None:
    """Join a part; called while apps are loaded, and again when others are installed.

    Args:
        part: what it is.
        order: parts with a lower one are put first; what a part names must be there.

    Raises:
        ValueError: another part has the code.
    """
    known = _parts.get(part.code)
    if known is not None and type(known[1]) is not type(part):
        raise ValueError(f"two parts are called {part.code}")
    _parts[part.code] = (order, part)


def parts() -> list[Part]:
    """Return all parts, in their order."""
    return [part for _order, part in sorted(_parts.values(), key=lambda item: item[0])]


def part_with(code: str) -> Part | None:
    """Return a part, if this release has it."""
    found = _parts.get(code)
    return found[1] if found else None
