"""What moves of tenants refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownMove(DomainError):
    """There is no such move, or it is none of whoever asks."""

    code = "moves.unknown"
    status = 404
    title = _("There is no such move.")


class UnknownReceiver(DomainError):
    """Nobody's console answers at the address."""

    code = "moves.unknown_receiver"
    status = 422
    title = _("No provider has this address. Ask for the address of its console.")


class SameProvider(DomainError):
    """The shop is with this provider already."""

    code = "moves.same_provider"
    status = 409
    title = _("The shop is with this provider already.")


class ReceiverClosed(DomainError):
    """The receiver is suspended, or held back, and may take in no shops."""

    code = "moves.receiver_closed"
    status = 409
    title = _("This provider takes in no shops for now.")


class MoveOpen(DomainError):
    """Another move of the shop has not ended."""

    code = "moves.open"
    status = 409
    title = _("A move of this shop is under way already.")


class ShopHeld(DomainError):
    """The shop is held back for a reason that it cannot leave behind; ``kind`` names it."""

    code = "moves.shop_held"
    status = 409
    title = _("The shop is held back and cannot change its provider before that is settled.")


class WrongMoment(DomainError):
    """The move has gone on, or was decided by somebody else."""

    code = "moves.wrong_moment"
    status = 409
    title = _("This move has gone on meanwhile. Look at it again.")


class TermsChanged(DomainError):
    """What was shown holds no more."""

    code = "moves.terms_changed"
    status = 409
    title = _("The prices have changed meanwhile. Look at them again.")


class ReasonNeeded(DomainError):
    """Whoever refuses says why."""

    code = "moves.reason_needed"
    status = 422
    title = _("Say why.")


class NoConsent(DomainError):
    """The owner has not agreed that others make an archive."""

    code = "moves.no_consent"
    status = 409
    title = _("The shop's owner has not agreed to this.")
