"""What concerns stock and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class OutOfStock(DomainError):
    """There is not enough; ``lines`` says of what, with ``wanted`` and ``available``."""

    code = "inventory.out_of_stock"
    status = 409
    title = _("There is not enough in stock.")


class InvalidQuantity(DomainError):
    """A quantity that is no whole number in its bounds."""

    code = "inventory.invalid_quantity"
    status = 422
    title = _("This quantity is not possible.")


class NotAllocated(DomainError):
    """The order holds less than is to be shipped or given back."""

    code = "inventory.not_allocated"
    status = 409
    title = _("The order does not hold this much.")


class NotOnHand(DomainError):
    """It was promised, but it is not there yet."""

    code = "inventory.not_on_hand"
    status = 409
    title = _("The goods have not arrived yet.")


class BelowZero(DomainError):
    """A location cannot hold less than nothing; ``lines`` says of what."""

    code = "inventory.below_zero"
    status = 409
    title = _("There is less at this location than is to be taken away.")


class Promised(DomainError):
    """What is to be moved away is promised to orders; ``lines`` says of what."""

    code = "inventory.promised"
    status = 409
    title = _("These goods are promised to orders.")


class UnknownStock(DomainError):
    """A variant, a location or a transfer that does not exist."""

    code = "inventory.unknown"
    status = 404
    title = _("There is no such variant, location or transfer.")


class TransferClosed(DomainError):
    """The transfer arrived before."""

    code = "inventory.transfer_closed"
    status = 409
    title = _("This transfer has already arrived.")


class InvalidLocation(DomainError):
    """The particulars of a location cannot be used."""

    code = "inventory.invalid_location"
    status = 422
    title = _("The location cannot be kept with these particulars.")


class InvalidStockPolicy(DomainError):
    """A choice about stock that there is not."""

    code = "inventory.invalid_policy"
    status = 422
    title = _("This cannot be chosen.")


class LocationCodeTaken(DomainError):
    """Another location has the code."""

    code = "inventory.location_code_taken"
    status = 409
    title = _("Another location has this code.")
