"""What flags refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidFlag(DomainError):
    """Something that was said of a flag cannot be used; ``field`` names it."""

    code = "flags.invalid"
    title = _("One of the flag's particulars cannot be used.")


class UnknownFlag(DomainError):
    """There is no such flag."""

    code = "flags.unknown"
    status = 404
    title = _("There is no such flag.")
