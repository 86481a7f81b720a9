"""What the tree of partners refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class TooDeep(DomainError):
    """The tree of partners would have more levels than are allowed; ``most`` says how many."""

    code = "partners.too_deep"
    status = 409
    title = _("There may be no further level of partners here.")


class ChannelCycle(DomainError):
    """A partner would stand below itself."""

    code = "partners.cycle"
    status = 409
    title = _("A partner cannot stand below itself.")


class PartnerHeld(DomainError):
    """The partner, or one above it, is held back; ``level`` says how far."""

    code = "partners.held"
    status = 409
    title = _("This partner is held back and may not do this for now.")


class InvalidTerms(DomainError):
    """Terms that cannot hold; ``field`` names what is wrong."""

    code = "partners.invalid_terms"
    title = _("One of the terms cannot be used.")


class UnknownApplication(DomainError):
    """There is no such application."""

    code = "partners.unknown_application"
    status = 404
    title = _("There is no such application.")


class AlreadyDecided(DomainError):
    """Somebody decided on it before."""

    code = "partners.already_decided"
    status = 409
    title = _("This was decided already.")


class ApplicationWaits(DomainError):
    """There is an application with the same short name or host name."""

    code = "partners.application_waits"
    status = 409
    title = _("An application with this short name or host name waits already.")


class UnknownPartnerHold(DomainError):
    """There is no such hold."""

    code = "partners.unknown_hold"
    status = 404
    title = _("There is no such hold.")


class InvitationOver(DomainError):
    """The invitation was used, withdrawn or has expired."""

    code = "partners.invitation_over"
    status = 410
    title = _("This invitation is no longer valid. Ask for a new one.")


class InvalidPartnerKey(DomainError):
    """A key that cannot be made; ``field`` names what is wrong."""

    code = "partners.invalid_key"
    title = _("One of the key's particulars cannot be used.")


class UnknownPartnerKey(DomainError):
    """There is no such key."""

    code = "partners.unknown_key"
    status = 404
    title = _("There is no such API key.")


class InvalidPartnerEndpoint(DomainError):
    """A webhook that cannot be made; ``field`` names what is wrong."""

    code = "partners.invalid_webhook"
    title = _("One of the webhook's particulars cannot be used.")


class UnknownPartnerEndpoint(DomainError):
    """There is no such webhook."""

    code = "partners.unknown_webhook"
    status = 404
    title = _("There is no such webhook.")


class InvalidReach(DomainError):
    """A shop that is not the partner's, or too many of them."""

    code = "partners.invalid_reach"
    title = _("One of these shops is not yours.")
