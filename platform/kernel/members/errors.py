"""What concerns members and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidMember(DomainError):
    """A login, name or password that cannot be used; ``field`` names which."""

    code = "members.invalid"
    status = 422
    title = _("The account cannot be opened with these particulars.")


class LoginTaken(DomainError):
    """Another member has this login."""

    code = "members.login_taken"
    status = 409
    title = _("Somebody already has an account with this e-mail address or telephone number.")


class SignInRefused(DomainError):
    """Unknown login, wrong password or closed account; which one is not told."""

    code = "members.sign_in_refused"
    status = 401
    title = _("The account or the password is wrong.")
