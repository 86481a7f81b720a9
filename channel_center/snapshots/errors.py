"""What concerns templates of shops and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownTemplate(DomainError):
    """There is no such template, or it belongs to another."""

    code: ClassVar[str] = "templates.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such template.")


class InvalidTemplate(DomainError):
    """A particular cannot be used; ``field`` says which."""

    code: ClassVar[str] = "templates.invalid"
    status: ClassVar[int] = 422
    title = _("The shop template cannot be kept like this.")


class TemplateTooLarge(DomainError):
    """What was taken is more than a template may hold; ``most`` says how much that is."""

    code: ClassVar[str] = "templates.too_large"
    status: ClassVar[int] = 422
    title = _("The shop has more than a template may hold.")


class NothingToBring(DomainError):
    """Nothing was chosen, or the template has no version yet."""

    code: ClassVar[str] = "templates.nothing"
    status: ClassVar[int] = 409
    title = _("There is nothing to bring.")
