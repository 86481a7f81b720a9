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


class UnknownPage(DomainError):
    """No page, version or plan of this id."""

    code = "themes.unknown_page"
    status = 404
    title = _("There is no such page.")


class InvalidHandle(DomainError):
    """A page without a title, or with an address that cannot be one."""

    code = "themes.invalid_handle"
    status = 422
    title = _("Give the page a title, and an address of small letters, digits and hyphens.")


class HandleTaken(DomainError):
    """Another page has the address."""

    code = "themes.handle_taken"
    status = 409
    title = _("Another page has this address.")


class TooManyPages(DomainError):
    """A theme has as many pages of its own as it may."""

    code = "themes.too_many_pages"
    status = 422
    title = _("There are as many pages as there can be. Delete one first.")


class PartInUse(DomainError):
    """A part that a page shows cannot be taken away."""

    code = "themes.part_in_use"
    status = 409
    title = _("This part still stands on a page. Take it off there first.")


class DraftChanged(DomainError):
    """Somebody else saved the draft in between; nothing was overwritten."""

    code = "themes.draft_changed"
    status = 409
    title = _("Somebody else saved this page")

    def __init__(self, *, by: str, rev: int) -> None:
        super().__init__(by=by, rev=rev)


class WrongMoment(DomainError):
    """A release that is planned for a time that has passed, or is too far away."""

    code = "themes.wrong_moment"
    status = 422
    title = _("Choose a moment in the coming year.")


class UnknownTheme(DomainError):
    """The shop has no theme of this id, or it is put away."""

    code = "themes.unknown_theme"
    status = 404
    title = _("There is no such theme.")


class ThemeInUse(DomainError):
    """A theme that visitors see cannot be put away."""

    code = "themes.theme_in_use"
    status = 409
    title = _("This theme is in use. Use another one first.")


class InvalidArchive(DomainError):
    """A file that holds no theme, is too large, or has a page with faults."""

    code = "themes.invalid_archive"
    status = 422
    title = _("This file holds no theme that could be read.")


class DuplicateBlock(ValueError):
    """Two blocks, or two sources, of one name; the process does not start."""


class InvalidBlock(ValueError):
    """A block that its own declaration contradicts; the process does not start."""
