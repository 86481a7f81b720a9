"""What concerns prices and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidPrice(DomainError):
    """A price or quantity that cannot be; ``field`` names which."""

    code = "pricing.invalid"
    status = 422
    title = _("This price cannot be used.")


class UnknownVariant(DomainError):
    """There is no such variant."""

    code = "pricing.unknown_variant"
    status = 404
    title = _("There is no such variant.")


class ManagedPriceList(DomainError):
    """The list belongs to something else, and is changed there."""

    code = "pricing.managed_list"
    status = 409
    title = _("This price list belongs to a level. Change it there.")


class UnknownPriceList(DomainError):
    """There is no such price list."""

    code = "pricing.unknown_price_list"
    status = 404
    title = _("There is no such price list.")


class InvalidPriceList(DomainError):
    """A value that a price list cannot have; ``field`` names which."""

    code = "pricing.invalid_price_list"
    status = 422
    title = _("The price list cannot be like this.")


class PriceListCodeTaken(DomainError):
    """Another price list has the code."""

    code = "pricing.code_taken"
    status = 409
    title = _("Another price list already has this code.")
