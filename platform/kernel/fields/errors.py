"""What concerns own fields and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidField(DomainError):
    """A field that cannot be kept; ``field`` names which part of it."""

    code: ClassVar[str] = "fields.invalid"
    status: ClassVar[int] = 422
    title = _("This field cannot be kept.")


class InvalidValues(DomainError):
    """Values that do not fit; ``invalid`` has a sentence for each field."""

    code: ClassVar[str] = "fields.invalid_values"
    status: ClassVar[int] = 422
    title = _("Some values are not acceptable.")


class UnknownField(DomainError):
    """There is no such field."""

    code: ClassVar[str] = "fields.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such field.")
