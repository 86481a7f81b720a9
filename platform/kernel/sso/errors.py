"""What signing in by a company's accounts refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidSignOn(DomainError):
    """A particular of the provider cannot be used; ``field`` names it."""

    code = "sso.invalid"
    status = 422
    title = _("One of the provider's particulars cannot be used.")


class NoSignOn(DomainError):
    """Nobody signs in to this console in this way."""

    code = "sso.none"
    status = 404
    title = _("There is no such way to sign in here.")


class NotOurs(DomainError):
    """The provider knows the person; nobody of the staff is that person."""

    code = "sso.not_ours"
    status = 403
    title = _("Nobody here has this address. Ask whoever manages the staff to invite you.")


class SignOnRefused(DomainError):
    """The provider does not confirm, or did not answer."""

    code = "sso.refused"
    status = 422
    title = _("Signing in did not work. Please try again.")
