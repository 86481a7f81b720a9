"""How page documents and registrations are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a document; ``pointer`` is a JSON pointer."""

    pointer: str
    text: str


class InvalidDocument(DomainError):
    """A page document that cannot be published."""

    code = "themes.invalid_document"
    status = 422
    title = _("The page has faults.")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults=[{"pointer": each.pointer, "text": each.text} for each in faults])
        self.faults = tuple(faults)


class DuplicateBlock(ValueError):
    """Two blocks, or two sources, of one name; the process does not start."""


class InvalidBlock(ValueError):
    """A block that its own declaration contradicts; the process does not start."""
