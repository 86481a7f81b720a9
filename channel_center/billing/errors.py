"""What billing refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownOffer(DomainError):
    """There is no such offer, or nobody above sells it."""

    code: ClassVar[str] = "billing.unknown_offer"
    status: ClassVar[int] = 404
    title = _("This is not on offer.")


class UnknownPriceList(DomainError):
    """There is no such price list, or it belongs to another."""

    code: ClassVar[str] = "billing.unknown_price_list"
    status: ClassVar[int] = 404
    title = _("There is no such price list.")


class UnknownSale(DomainError):
    """There is no such subscription, charge or invoice, or it belongs to another."""

    code: ClassVar[str] = "billing.unknown_sale"
    status: ClassVar[int] = 404
    title = _("There is no such sale.")


class UnknownCurrency(DomainError):
    """Nothing is paid in this currency; ``known`` says in which."""

    code: ClassVar[str] = "billing.unknown_currency"
    status: ClassVar[int] = 422
    title = _("Nothing is paid in this currency here.")

    def __init__(self, *, known: Sequence[str]) -> None:
        super().__init__(field="currency", known=list(known))


class InvalidPrice(DomainError):
    """A price cannot be used; ``field`` says what is wrong."""

    code: ClassVar[str] = "billing.invalid_price"
    status: ClassVar[int] = 422
    title = _("This price cannot be used.")


class BelowWholesale(DomainError):
    """A price is below what the seller pays himself; ``offer`` and ``least`` say more."""

    code: ClassVar[str] = "billing.below_wholesale"
    status: ClassVar[int] = 422
    title = _("The price is below what you pay for it yourself.")


class BelowMinimum(DomainError):
    """A price is below the least that shops must be asked for; ``least`` says how much."""

    code: ClassVar[str] = "billing.below_minimum"
    status: ClassVar[int] = 422
    title = _("The price is below the least that is allowed.")


class PublishedList(DomainError):
    """A published price list is never changed."""

    code: ClassVar[str] = "billing.published"
    status: ClassVar[int] = 409
    title = _("A published price list is not changed. Make a new one from it.")


class InvalidTopUp(DomainError):
    """An amount that cannot be put on a balance."""

    code: ClassVar[str] = "billing.invalid_top_up"
    status: ClassVar[int] = 422
    title = _("The amount must be more than zero.")


class TopUpDiffers(DomainError):
    """The reference has been used for another amount or balance."""

    code: ClassVar[str] = "billing.top_up_differs"
    status: ClassVar[int] = 409
    title = _("This reference was used for something else.")


class InsufficientFunds(DomainError):
    """The buyer's own balance does not suffice; ``missing`` says by how much."""

    code: ClassVar[str] = "billing.insufficient_funds"
    status: ClassVar[int] = 402
    title = _("The balance does not suffice.")


class OverCreditLimit(InsufficientFunds):
    """On account no more may be owed than was agreed; the detail says how much that is."""

    code: ClassVar[str] = "billing.over_credit_limit"
    title = _("More than was agreed would be owed on account.")


class NotAvailableNow(DomainError):
    """Somebody above could not pay; who it was is for those above alone."""

    code: ClassVar[str] = "billing.not_available_now"
    status: ClassVar[int] = 409
    title = _("This cannot be bought at the moment. Please ask your provider.")


class InvalidQuote(DomainError):
    """A quote that nobody gave, or for another shop."""

    code: ClassVar[str] = "billing.invalid_quote"
    status: ClassVar[int] = 422
    title = _("This quote is not valid.")


class ExpiredQuote(DomainError):
    """A quote that is too old."""

    code: ClassVar[str] = "billing.expired_quote"
    status: ClassVar[int] = 409
    title = _("This quote has expired. Please look at the price again.")


class StaleQuote(DomainError):
    """Something changed since the quote was given."""

    code: ClassVar[str] = "billing.stale_quote"
    status: ClassVar[int] = 409
    title = _("Something has changed since. Please look at the price again.")


class NotSellable(DomainError):
    """This cannot be bought now; ``reason`` says why."""

    code: ClassVar[str] = "billing.not_sellable"
    status: ClassVar[int] = 409
    title = _("This cannot be bought as things stand.")


class FeatureMissing(DomainError):
    """The release carries no module of this code; ``feature`` names it."""

    code: ClassVar[str] = "billing.feature_missing"
    status: ClassVar[int] = 409
    title = _("This release does not have that module.")


class NotRefundable(DomainError):
    """More than may be given back; ``most`` says how much that is."""

    code: ClassVar[str] = "billing.not_refundable"
    status: ClassVar[int] = 409
    title = _("This much cannot be given back.")


class ShopMoving(DomainError):
    """The shop is on its way to another partner; nothing is charged or given back meanwhile."""

    code: ClassVar[str] = "billing.shop_moving"
    status: ClassVar[int] = 409
    title = _("The shop is being moved; nothing can be bought until that is done.")
