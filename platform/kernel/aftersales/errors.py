"""What concerns after-sales cases and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownCase(DomainError):
    """There is no such case, or it is another's; which one is not told."""

    code: ClassVar[str] = "aftersales.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such case.")


class InvalidCase(DomainError):
    """A value that a case cannot have; ``field`` names which."""

    code: ClassVar[str] = "aftersales.invalid"
    status: ClassVar[int] = 422
    title = _("The request cannot be kept like this.")


class NotOpen(DomainError):
    """The order, or the line, is not open for what is asked; ``line`` names it."""

    code: ClassVar[str] = "aftersales.not_open"
    status: ClassVar[int] = 409
    title = _("This cannot be asked for.")


class MoveRefused(DomainError):
    """The case is not where this can be done."""

    code: ClassVar[str] = "aftersales.move_refused"
    status: ClassVar[int] = 409
    title = _("This cannot be done with the case as it is now.")


class CaseMoved(DomainError):
    """Somebody else has changed the case since it was looked at; ``version`` is the present one."""

    code: ClassVar[str] = "aftersales.moved"
    status: ClassVar[int] = 409
    title = _("Somebody else has changed this case meanwhile. Please look at it again.")


class NotEscalated(DomainError):
    """The platform decides a dispute only once somebody has brought it there, and then alone."""

    code: ClassVar[str] = "aftersales.not_escalated"
    status: ClassVar[int] = 409
    title = _("This dispute is decided elsewhere.")


class TooMuch(DomainError):
    """More than what is left; ``open`` says how much that is."""

    code: ClassVar[str] = "aftersales.too_much"
    status: ClassVar[int] = 422
    title = _("This is more than what is left to give back.")


class ShippedMeanwhile(DomainError):
    """Goods that should not be sent any more have left."""

    code: ClassVar[str] = "aftersales.shipped_meanwhile"
    status: ClassVar[int] = 409
    title = _("The goods have left in the meantime.")


class NoWallet(DomainError):
    """The buyer has no account whose balance could take the money."""

    code: ClassVar[str] = "aftersales.no_wallet"
    status: ClassVar[int] = 409
    title = _("The buyer has no account with a balance.")
