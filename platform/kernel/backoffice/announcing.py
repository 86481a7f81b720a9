"""What the operator announces at the top of consoles; whoever keeps it says so here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement in the reader's language.

    Attributes:
        urgency: ``info`` or ``warn``.
    """

    id: str
    text: str
    urgency: str


class Announcements(Protocol):
    """Says what a console shows at this moment."""

    def __call__(self, *, is_shop: bool) -> list[Announced]:
        """Return what a tenant's console shows, or a partner's."""


_known: dict[str, Announcements] = {}


def add_announcements(name: str, source: Announcements) -> None:
    """Say who keeps announcements; the same name takes the place of the one before."""
    _known[name] = source


def announced(*, is_shop: bool) -> list[Announced]:
    """Return what a console shows; nothing where nobody keeps announcements."""
    return [each for source in _known.values() for each in source(is_shop=is_shop)]
