"""What concerns relations and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class OwnSponsor(DomainError):
    """Nobody sponsors himself."""

    code = "relations.own_sponsor"
    status = 409
    title = _("Nobody can be their own sponsor.")


class SponsorLoop(DomainError):
    """The sponsor stands below the member."""

    code = "relations.loop"
    status = 409
    title = _("The sponsor was invited by this member, directly or through others.")


class SponsorClosed(DomainError):
    """There is no such sponsor, or his account is closed."""

    code = "relations.sponsor_closed"
    status = 409
    title = _("This sponsor's account is closed.")


class SponsorStands(DomainError):
    """The member has a sponsor whom this contact does not replace."""

    code = "relations.sponsor_stands"
    status = 409
    title = _("This member already has a sponsor.")


class SubtreeMoving(DomainError):
    """Another subtree is being moved; ask again in a moment."""

    code = "relations.subtree_moving"
    status = 409
    title = _("Another team is being moved at the moment. Please try again.")


class UnknownInvitation(DomainError):
    """No member invites by this code."""

    code = "relations.unknown_invitation"
    status = 422
    title = _("This invitation code is not valid.")


class InvalidPolicy(DomainError):
    """Days that make no sense; ``field`` names which."""

    code = "relations.invalid_policy"
    status = 422
    title = _("These rules cannot be used.")
