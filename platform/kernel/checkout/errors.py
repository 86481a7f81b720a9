"""What checkout refuses."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class PlacementRefused(DomainError):
    """The basket cannot be bought as it is; ``refusals`` tells each reason."""

    code: ClassVar[str] = "checkout.refused"
    status: ClassVar[int] = 409
    title = _("This cannot be ordered as it is.")


class TotalChanged(DomainError):
    """The basket costs something else than the buyer was shown; ``total`` is the new one."""

    code: ClassVar[str] = "checkout.total_changed"
    status: ClassVar[int] = 409
    title = _("The total has changed. Please look at it again.")


class EmptyBasket(DomainError):
    """There is nothing to buy."""

    code: ClassVar[str] = "checkout.empty"
    status: ClassVar[int] = 409
    title = _("There is nothing to order.")


class NothingDue(DomainError):
    """There is nothing to pay: it is paid, or over."""

    code: ClassVar[str] = "checkout.nothing_due"
    status: ClassVar[int] = 409
    title = _("There is nothing to pay.")


class ContactMissing(DomainError):
    """A guest left no way to be reached."""

    code: ClassVar[str] = "checkout.contact_missing"
    status: ClassVar[int] = 422
    title = _("Please leave an e-mail address or a telephone number.")


class GuestsRefused(DomainError):
    """The shop takes orders from members only."""

    code: ClassVar[str] = "checkout.members_only_shop"
    status: ClassVar[int] = 403
    title = _("Please sign in to order here.")


class CartUnknown(DomainError):
    """Nobody is signed in, and the request names no cart."""

    code: ClassVar[str] = "checkout.cart_unknown"
    status: ClassVar[int] = 401
    title = _("Please sign in, or name your cart.")


class KeyMissing(DomainError):
    """An order needs a key, so that sending it twice orders once."""

    code: ClassVar[str] = "checkout.key_missing"
    status: ClassVar[int] = 400
    title = _("An Idempotency-Key header is needed to order.")
