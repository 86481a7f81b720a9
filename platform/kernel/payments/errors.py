"""What payments refuse, and how gateways fail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownGateway(DomainError):
    """No gateway has this code."""

    code = "payments.unknown_gateway"
    status = 404
    title = _("There is no such way to pay.")


class UnknownPayable(RuntimeError):
    """No part of the program has registered for this type of payable: a bug."""


class BindingNotFound(DomainError):
    """The tenant has no such binding."""

    code = "payments.binding_not_found"
    status = 404
    title = _("There is no such payment account.")


class BindingRefused(DomainError):
    """The particulars cannot be used; ``invalid`` names each field with a sentence."""

    code = "payments.binding_refused"
    status = 422
    title = _("The payment account cannot be bound with these particulars.")


class RebindNeeded(DomainError):
    """The account worked through the platform of a former provider."""

    code = "payments.rebind_needed"
    status = 409
    title = _("This account worked through your former provider. Bind it anew first.")


class BindingNotUsable(DomainError):
    """The binding is off, or does not take this payment."""

    code = "payments.binding_not_usable"
    status = 409
    title = _("This way to pay is not available.")


class LiveNotAllowed(DomainError):
    """A sandbox tenant may not move real money."""

    code = "payments.live_not_allowed"
    status = 403
    title = _("A sandbox shop cannot bind a live payment account.")


class IntentNotFound(DomainError):
    """No such payment, or it is somebody else's."""

    code = "payments.not_found"
    status = 404
    title = _("There is no such payment.")


class IntentClosed(DomainError):
    """The payment is paid, cancelled or past its time; ``state`` says which."""

    code = "payments.intent_closed"
    status = 409
    title = _("This payment is no longer open.")


class IntentKeyReused(DomainError):
    """The key was used for another payment."""

    code = "payments.key_reused"
    status = 409
    title = _("This key was already used for another payment.")


class AmountNotOpen(DomainError):
    """More than what is still to be paid, captured or given back; ``open`` says how much."""

    code = "payments.amount_not_open"
    status = 409
    title = _("The amount is more than what is open.")


class NotCapable(DomainError):
    """The gateway cannot do this with this binding."""

    code = "payments.not_capable"
    status = 409
    title = _("This way to pay does not offer that.")


class PaymentRefused(DomainError):
    """The gateway said no; ``reason`` is its code."""

    code = "payments.refused"
    status = 402
    title = _("The payment was refused.")


class GatewayMisconfigured(DomainError):
    """The gateway does not accept the binding's credentials."""

    code = "payments.misconfigured"
    status = 503
    title = _("This way to pay is not available at the moment.")


class GatewaySilent(DomainError):
    """The gateway did not answer a question; nothing was changed."""

    code = "payments.gateway_silent"
    status = 503
    title = _("The gateway does not answer. Please try again.")


class NoticeRefused(DomainError):
    """A message that the gateway did not sign, that is too old, or is not for this binding."""

    code = "payments.notice_refused"
    status = 400
    title = _("The message was refused.")


class ReviewRefused(DomainError):
    """The payment is not waiting for a review, or not for one by this person."""

    code = "payments.review_refused"
    status = 409
    title = _("This payment cannot be reviewed now.")


class ProofRefused(DomainError):
    """The file is no picture or PDF, or too large, or one too many."""

    code = "payments.proof_refused"
    status = 422
    title = _("This file cannot be used as a proof of payment.")


class ReceiverUnknown(DomainError):
    """Nobody who gets shares at this binding's gateway, or not any more."""

    code = "payments.receiver_unknown"
    status = 404
    title = _("There is no such receiver of shares.")


class SplitNotFound(DomainError):
    """There is no such share."""

    code = "payments.split_not_found"
    status = 404
    title = _("There is no such share of a payment.")


class SplitNotReturnable(DomainError):
    """The share is not with its receiver, or its gateway brings nothing back."""

    code = "payments.split_not_returnable"
    status = 409
    title = _("This share cannot be asked back.")


class PasswordNeeded(DomainError):
    """A balance pays, and its owner has a payment password that was not told."""

    code = "payments.password_needed"
    status = 403
    title = _("Please enter your payment password to pay with your balance.")


class PasswordUnset(DomainError):
    """The shop wants a payment password of whoever pays with a balance; there is none."""

    code = "payments.password_unset"
    status = 403
    title = _("Choose a payment password before you pay with your balance.")


class PasswordWrong(DomainError):
    """Another payment password; ``left`` says how often it may still be tried."""

    code = "payments.password_wrong"
    status = 403
    title = _("This is not your payment password.")


class PasswordLocked(DomainError):
    """It was tried too often; ``until`` says when it may be tried again."""

    code = "payments.password_locked"
    status = 429
    title = _("The payment password was wrong too often. Try again later, or choose a new one.")


class PasswordUnfit(DomainError):
    """A payment password that cannot be chosen; ``field`` names the field."""

    code = "payments.password_unfit"
    status = 422
    title = _("This payment password cannot be used.")


class NowhereToSend(DomainError):
    """The member has proved no number and no address that a code could go to."""

    code = "payments.nowhere_to_send"
    status = 409
    title = _("Add a mobile number or an e-mail address to your account first.")


class NoLongerPayable(DomainError):
    """Raised by a payable's handler that does not want the money any more: it goes back."""

    code = "payments.no_longer_payable"
    status = 409
    title = _("This can no longer be paid.")


class GatewayFault(Exception):
    """Base of what an adapter raises; never crosses an API."""


class Transient(GatewayFault):
    """No answer, or one that says nothing about the outcome: ask again later, by `query`."""


class Refused(GatewayFault):
    """The gateway understood and said no; money did not move."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code}: {text}" if text else code)
        self.code = code
        self.text = text


class BadSignature(GatewayFault):
    """A notice that does not come from the gateway, comes too late, or is meant for another."""


class Misconfigured(GatewayFault):
    """The gateway does not know the credentials, or they may not do this."""


class NotFoundThere(GatewayFault):
    """The gateway knows nothing of the attempt or refund."""
