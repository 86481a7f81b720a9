"""What a brand refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidBrand(DomainError):
    """A field of a brand cannot be used; ``field`` names it, ``reason`` says why."""

    code = "branding.invalid"
    status = 422
    title = _("This cannot be part of a brand.")


class UnknownPicture(DomainError):
    """There is no such picture."""

    code = "branding.unknown_picture"
    status = 404
    title = _("There is no such picture.")
