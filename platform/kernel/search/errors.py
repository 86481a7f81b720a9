"""What concerns searches and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidWords(DomainError):
    """Words that cannot be kept; ``field`` names which."""

    code: ClassVar[str] = "search.invalid"
    status: ClassVar[int] = 422
    title = _("These words cannot be kept.")


class UnknownWords(DomainError):
    """There are no such synonyms, or no such hot word."""

    code: ClassVar[str] = "search.unknown"
    status: ClassVar[int] = 404
    title = _("There are no such words.")
