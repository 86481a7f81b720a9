"""What composing refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class PackInUse(DomainError):
    """A pack that somebody asked to run; a changed one needs another code."""

    code = "rewards.pack_in_use"
    status = 409
    title = _("Somebody asked to run this mode already. Save it under another code.")


class UnknownPiece(DomainError):
    """No piece has this name."""

    code = "rewards.unknown_piece"
    status = 422
    title = _("There is no such piece.")
