"""What top-ups refuse."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidAmount(DomainError):
    """An amount that is nothing, below zero, below the least, or too large."""

    code: ClassVar[str] = "topups.invalid_amount"
    status: ClassVar[int] = 422
    title = _("This amount cannot be topped up.")


class NoReceiver(DomainError):
    """Whoever would get the money has not said how."""

    code: ClassVar[str] = "topups.no_receiver"
    status: ClassVar[int] = 409
    title = _("This way to top up is not offered. Please ask your provider.")


class InvalidReceiver(DomainError):
    """The keys or the words on where to pay to cannot be used."""

    code: ClassVar[str] = "topups.invalid_receiver"
    status: ClassVar[int] = 422
    title = _("These particulars cannot be used.")


class ReferenceKnown(DomainError):
    """A transfer with this reference was told before."""

    code: ClassVar[str] = "topups.reference_known"
    status: ClassVar[int] = 409
    title = _("A transfer with this reference was told already.")


class UnknownTopUp(DomainError):
    """There is no such top-up, or it is another's."""

    code: ClassVar[str] = "topups.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such top-up.")


class AlreadyDecided(DomainError):
    """It was confirmed or refused before."""

    code: ClassVar[str] = "topups.decided"
    status: ClassVar[int] = 409
    title = _("This top-up is decided already.")


class InvalidLink(DomainError):
    """A link to pay that nobody gave, or that is too old."""

    code: ClassVar[str] = "topups.invalid_link"
    status: ClassVar[int] = 404
    title = _("This link to pay has expired. Please begin anew.")
