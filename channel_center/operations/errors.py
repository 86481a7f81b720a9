"""What the operation of the installation refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidAnnouncement(DomainError):
    """An announcement that cannot be shown; ``field`` names what is wrong."""

    code = "operations.invalid_announcement"
    title = _("One of the announcement's particulars cannot be used.")


class UnknownAnnouncement(DomainError):
    """There is no such announcement."""

    code = "operations.unknown_announcement"
    status = 404
    title = _("There is no such announcement.")


class UnknownStop(DomainError):
    """There is no such function, or it is not stopped."""

    code = "operations.unknown_stop"
    status = 404
    title = _("There is no such function, or it is not stopped.")


class InvalidRing(DomainError):
    """No ring of the installation."""

    code = "operations.invalid_ring"
    title = _("A ring is a number from 0 to 9.")
