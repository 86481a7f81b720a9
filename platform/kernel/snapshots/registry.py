"""The parts of a shop that can be carried over, in the order in which they need each other."""

from __future__ import annotations

from kernel.snapshots.contract import Part

_parts: dict[str, tuple[int, Part]] = {}
_only_asked: set[str] = set()


def register_part(part: Part, *, order: int, is_offered: bool = True) -> None:
    """Join a part; called while apps are loaded, and again when others are installed.

    Args:
        part: what it is.
        order: parts with a lower one are put first; what a part names must be there.
        is_offered: whether templates may be made of it; else only what names it uses it.

    Raises:
        ValueError: another part has the code.
    """
    known = _parts.get(part.code)
    if known is not None and type(known[1]) is not type(part):
        raise ValueError(f"two parts are called {part.code}")
    _parts[part.code] = (order, part)
    if not is_offered:
        _only_asked.add(part.code)


def every_part() -> list[Part]:
    """Return all parts, in their order."""
    return [part for _order, part in sorted(_parts.values(), key=lambda item: item[0])]


def parts() -> list[Part]:
    """Return the parts of which templates may be made, in their order."""
    return [part for part in every_part() if part.code not in _only_asked]


def part_with(code: str) -> Part | None:
    """Return a part, if this release has it."""
    found = _parts.get(code)
    return found[1] if found else None
