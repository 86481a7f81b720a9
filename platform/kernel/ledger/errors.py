"""What the ledger refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownAsset(DomainError):
    """No asset has this code."""

    code = "ledger.unknown_asset"
    status = 404
    title = _("There is no such asset.")


class InvalidAsset(DomainError):
    """An asset that cannot be defined so; ``field`` names what is wrong."""

    code = "ledger.invalid_asset"
    status = 422
    title = _("The asset cannot be defined like this.")


class AssetDiffers(DomainError):
    """The asset exists, and what cannot be changed about it is otherwise."""

    code = "ledger.asset_differs"
    status = 409
    title = _("An asset with this code exists and is of another kind.")


class InvalidLeg(DomainError):
    """A leg that no journal can have."""

    code = "ledger.invalid_leg"
    status = 422
    title = _("The booking has a line that is not possible.")


class EmptyJournal(DomainError):
    """Nothing would move."""

    code = "ledger.empty_journal"
    status = 422
    title = _("The booking moves nothing.")


class UnbalancedJournal(DomainError):
    """The legs of an asset do not add up to zero; ``asset`` and ``off_by`` say which."""

    code = "ledger.unbalanced_journal"
    status = 422
    title = _("The lines of the booking do not add up to zero.")


class JournalKeyReused(DomainError):
    """The key names a journal with other contents."""

    code = "ledger.journal_key_reused"
    status = 409
    title = _("This booking was made before, with other contents.")


class InsufficientBalance(DomainError):
    """An account that may not go below zero would; ``asset`` and ``missing`` say by what.

    Attributes:
        key: of the journal that asked for too much, for whoever posts many; it is not
            told outside.
    """

    code = "ledger.insufficient_balance"
    status = 409
    title = _("The balance is not enough.")

    def __init__(self, *, key: str, asset: str, missing: int) -> None:
        super().__init__(asset=asset, missing=str(missing))
        self.key = key


class BalanceTooLarge(DomainError):
    """A balance would grow beyond what can be counted."""

    code = "ledger.balance_too_large"
    status = 422
    title = _("The balance would be too large.")


class UnknownJournal(DomainError):
    """No journal has this id."""

    code = "ledger.unknown_journal"
    status = 404
    title = _("There is no such booking.")


class AlreadyReversed(DomainError):
    """A journal is reversed once."""

    code = "ledger.already_reversed"
    status = 409
    title = _("The booking was reversed before.")


class NotReversible(DomainError):
    """A reversal, or a journal of a hold: those are undone by releasing or refunding."""

    code = "ledger.not_reversible"
    status = 409
    title = _("This booking cannot be reversed.")


class UnknownHold(DomainError):
    """No hold has this id."""

    code = "ledger.unknown_hold"
    status = 404
    title = _("There is no such hold.")


class HoldClosed(DomainError):
    """Everything that was frozen is captured or released already."""

    code = "ledger.hold_closed"
    status = 409
    title = _("Nothing is held any more.")


class HoldExceeded(DomainError):
    """More was asked for than the hold still keeps; ``remaining`` says how much that is."""

    code = "ledger.hold_exceeded"
    status = 409
    title = _("Less is held than was asked for.")
