"""What concerns withdrawals and transfers and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidWallet(DomainError):
    """A value that a rule, an account or a request cannot have; ``field`` names which."""

    code = "wallet.invalid"
    status = 422
    title = _("This cannot be used.")


class NotWithdrawable(DomainError):
    """The balance cannot be paid out, or not by this way, or not by this member."""

    code = "wallet.not_withdrawable"
    status = 409
    title = _("This balance cannot be paid out.")


class NotTransferable(DomainError):
    """The balance cannot be given to others."""

    code = "wallet.not_transferable"
    status = 409
    title = _("This balance cannot be given to other members.")


class OutOfBounds(DomainError):
    """Less or more than may be moved at once; ``least`` and ``most`` say what may."""

    code = "wallet.out_of_bounds"
    status = 409
    title = _("This amount is too small or too large.")


class DailyLimit(DomainError):
    """More than may be moved in a day; ``left`` says what is left of it."""

    code = "wallet.daily_limit"
    status = 409
    title = _("This is more than may be moved in a day.")


class NothingLeft(DomainError):
    """Fee and tax take it all."""

    code = "wallet.nothing_left"
    status = 409
    title = _("Nothing would be left of it after fee and tax.")


class PayoutServiceSilent(DomainError):
    """The payout service did not answer."""

    code = "wallet.payout_service_silent"
    status = 503
    title = _("The payout service does not answer. Please try again in a moment.")


class UnknownAccount(DomainError):
    """The member has no such payout account."""

    code = "wallet.unknown_account"
    status = 404
    title = _("There is no such payout account.")


class AccountUnreadable(DomainError):
    """The particulars of the account are gone."""

    code = "wallet.account_unreadable"
    status = 409
    title = _("The particulars of this account cannot be read any more.")


class UnknownWithdrawal(DomainError):
    """There is no such withdrawal."""

    code = "wallet.unknown_withdrawal"
    status = 404
    title = _("There is no such withdrawal.")


class WrongState(DomainError):
    """The withdrawal stands where this cannot be done; ``state`` says where."""

    code = "wallet.wrong_state"
    status = 409
    title = _("This cannot be done with the withdrawal as it stands.")


class SecondReviewer(DomainError):
    """Somebody else must look at it as well."""

    code = "wallet.second_reviewer"
    status = 409
    title = _("Somebody else must approve it as well.")


class UnknownBatch(DomainError):
    """There is no such pay-out batch."""

    code = "wallet.unknown_batch"
    status = 404
    title = _("There is no such pay-out batch.")


class NothingToPay(DomainError):
    """Nothing that was chosen can be paid out together."""

    code = "wallet.nothing_to_pay"
    status = 409
    title = _("Nothing that was chosen can be paid out together.")


class UnknownRecipient(DomainError):
    """Nobody can be found by what was given."""

    code = "wallet.unknown_recipient"
    status = 404
    title = _("There is no such member.")


class RequestKeyReused(DomainError):
    """The key names another request."""

    code = "wallet.key_reused"
    status = 409
    title = _("This request was sent before with other contents.")


class Blocked(DomainError):
    """Something must be settled first."""

    code = "wallet.blocked"
    status = 409
    title = _("Withdrawals are blocked until something else is settled.")


class IdentityNeeded(DomainError):
    """The member must show who he is first; ``state`` says how far that has got."""

    code = "wallet.identity_needed"
    status = 409
    title = _("Please show first who you are.")


class HolderDiffers(DomainError):
    """The account is in another name than the one that was verified."""

    code = "wallet.holder_differs"
    status = 409
    title = _("The account must be in the name that was verified.")


class DocumentTaken(DomainError):
    """Another member has proved his identity by the same document."""

    code = "wallet.document_taken"
    status = 409
    title = _("Another account was opened with this document.")


class UnknownIdentity(DomainError):
    """There is no such proof of identity."""

    code = "wallet.unknown_identity"
    status = 404
    title = _("There is no such proof of identity.")


class TaxPending(DomainError):
    """The tax depends on a withdrawal that is still under way."""

    code = "wallet.tax_pending"
    status = 409
    title = _("Another withdrawal is under way. The tax of this one depends on it.")
