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


class UnknownAdvisor(DomainError):
    """Nobody of the staff who may sign in has this id."""

    code = "members.unknown_advisor"
    status = 422
    title = _("There is nobody like this on the staff.")


class InvitationNeeded(DomainError):
    """This shop takes only members who were invited, and nobody invited this one."""

    code = "members.invitation_needed"
    status = 403
    title = _("An invitation by a member is needed to open an account here.")


class UnknownMember(DomainError):
    """There is no such member, or he is gone."""

    code = "members.unknown"
    status = 404
    title = _("There is no such member.")


class CodeRefused(DomainError):
    """A one-time code that is wrong, used, too old, or was tried too often."""

    code = "members.code_refused"
    status = 422
    title = _("The code is wrong or no longer valid.")


class MessageNotSent(DomainError):
    """The message could not be handed over; nothing was counted as proved."""

    code = "members.message_not_sent"
    status = 503
    title = _("The message could not be sent. Please try again.")


class SmsUnavailable(DomainError):
    """This installation sends no text messages."""

    code = "members.sms_unavailable"
    status = 503
    title = _("Text messages cannot be sent here.")


class UnknownProvider(DomainError):
    """The shop offers no such way to sign in."""

    code = "members.unknown_provider"
    status = 404
    title = _("This way to sign in is not offered here.")


class ProviderRefused(DomainError):
    """The provider did not confirm who somebody is, or what it said cannot be trusted."""

    code = "members.provider_refused"
    status = 422
    title = _("The other service did not confirm who you are. Please try again.")


class ProviderDown(DomainError):
    """The provider did not answer."""

    code = "members.provider_down"
    status = 503
    title = _("The other service does not answer at the moment. Please try again.")


class InvalidProvider(DomainError):
    """Particulars with which a provider cannot be bound; ``field`` names which."""

    code = "members.invalid_provider"
    status = 422
    title = _("The sign-in service cannot be used with these particulars.")


class LastIdentity(DomainError):
    """Without it the member could not sign in any more."""

    code = "members.last_identity"
    status = 409
    title = _("This is the only way in which you can sign in.")


class InvalidAddress(DomainError):
    """An address that nothing can be sent to; ``field`` names what is wrong."""

    code = "members.invalid_address"
    status = 422
    title = _("The address is not complete.")


class TooMany(DomainError):
    """The member keeps as many of these as he may."""

    code = "members.too_many"
    status = 409
    title = _("No more of these can be kept.")


class NotKept(DomainError):
    """The member keeps no such thing."""

    code = "members.not_kept"
    status = 404
    title = _("There is nothing here.")


class InvalidInvoiceProfile(DomainError):
    """Particulars to which no invoice can be made out; ``field`` names which."""

    code = "members.invalid_invoice_profile"
    status = 422
    title = _("The invoice particulars are not complete.")


class UnknownDocument(DomainError):
    """No such version of a text was published."""

    code = "members.unknown_document"
    status = 404
    title = _("There is no such version of this text.")


class ReasonNeeded(DomainError):
    """Staff must say why."""

    code = "members.reason_needed"
    status = 422
    title = _("Please give a reason.")


class CannotMerge(DomainError):
    """The same account twice, or one that is closed for good."""

    code = "members.cannot_merge"
    status = 409
    title = _("These accounts cannot be joined.")
