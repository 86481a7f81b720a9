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


class PageCompared(DomainError):
    """A page that is shown in two ways cannot change, or be compared once more."""

    code = "themes.page_compared"
    status = 409
    title = _("This page is being compared with another version. End that first.")


class NothingToCompare(DomainError):
    """The second version is what visitors see anyway, or no visitor sees the page at all."""

    code = "themes.nothing_to_compare"
    status = 422
    title = _("The draft is just what visitors see. Change it first.")


class PagePlanned(DomainError):
    """A page that changes by itself in between cannot be compared."""

    code = "themes.page_planned"
    status = 409
    title = _("A release of this page is planned. Give it up first.")


class TooManyComparisons(DomainError):
    """Each comparison doubles the pages that are kept; there is a limit."""

    code = "themes.too_many_comparisons"
    status = 422
    title = _("As many pages are compared as there can be. End one first.")


class InvalidShare(DomainError):
    """A share of visitors that leaves nobody on one side."""

    code = "themes.invalid_share"
    status = 422
    title = _("Choose between 1 and 99 of a hundred visitors.")


class UnknownComparison(DomainError):
    """The page has no comparison of this id that goes on."""

    code = "themes.unknown_comparison"
    status = 404
    title = _("There is no such comparison, or it is over.")


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
