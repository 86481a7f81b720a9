"""The seam that makes of printers fit into; packages and modules register theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is printed: a heading, and lines of plain text."""

    title: str
    text: str
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverField:
    """Something that a make of printer has to be told."""

    name: str
    label: str | Promise
    is_secret: bool = False


# Raises `members.errors.MessageNotSent` while nobody takes the ticket.
Print: TypeAlias = Callable[[Mapping[str, str], Ticket], None]
# Raises `InvalidChoice` naming the field that cannot be.
Check: TypeAlias = Callable[[Mapping[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A make of printer.

    Attributes:
        fields: what staff type in; what is secret is sealed and shown to nobody again.
        check: refuses what cannot be, before it is kept.
    """

    code: str
    label: str | Promise
    fields: tuple[DriverField, ...]
    print: Print
    check: Check


_drivers: dict[str, Driver] = {}


def register_driver(driver: Driver) -> None:
    """Make a kind of printer known; called while apps are loaded."""
    _drivers[driver.code] = driver


def all_drivers() -> list[Driver]:
    """Return the makes of printers, in the order in which they were registered."""
    return list(_drivers.values())


def driver_of(code: str) -> Driver | None:
    """Return the make of a code."""
    return _drivers.get(code)
