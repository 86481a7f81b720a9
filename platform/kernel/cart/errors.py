"""What concerns carts and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class NotOnSale(DomainError):
    """The variant does not exist, is not published, or has no price."""

    code = "cart.not_on_sale"
    status = 409
    title = _("This cannot be bought at the moment.")


class QuantityNotAllowed(DomainError):
    """Not a quantity that is sold; ``minimum``, ``maximum`` and ``step`` say which are."""

    code = "cart.quantity_not_allowed"
    status = 422
    title = _("This quantity is not sold.")


class CartFull(DomainError):
    """The cart has as many lines as it may."""

    code = "cart.full"
    status = 409
    title = _("The cart is full.")


class UnknownLine(DomainError):
    """The cart has no such line."""

    code = "cart.unknown_line"
    status = 404
    title = _("This is not in the cart.")


class InvalidChoice(DomainError):
    """What was chosen or written beside the variant cannot be kept."""

    code = "cart.invalid_choice"
    status = 422
    title = _("The details of this item cannot be used.")


class LinkUnusable(DomainError):
    """A shared link that is forged, too old, or of another shop."""

    code = "cart.link_unusable"
    status = 404
    title = _("This link does not work any more.")


class NothingToShare(DomainError):
    """The cart has nothing that could be shared."""

    code = "cart.nothing_to_share"
    status = 409
    title = _("There is nothing to share.")
