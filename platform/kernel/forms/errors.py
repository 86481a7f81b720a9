"""What concerns forms and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidForm(DomainError):
    """A form or a field of one that cannot be kept; ``field`` names which part of it."""

    code: ClassVar[str] = "forms.invalid"
    status: ClassVar[int] = 422
    title = _("This form cannot be kept.")


class InvalidAnswers(DomainError):
    """Answers that do not fit; ``invalid`` has a sentence for each field."""

    code: ClassVar[str] = "forms.invalid_answers"
    status: ClassVar[int] = 422
    title = _("Please look at the marked fields.")


class UnknownForm(DomainError):
    """There is no such form."""

    code: ClassVar[str] = "forms.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such form.")


class UnknownSubmission(DomainError):
    """There is nothing of this kind that was sent."""

    code: ClassVar[str] = "forms.unknown_submission"
    status: ClassVar[int] = 404
    title = _("This was not sent.")


class FormClosed(DomainError):
    """The form takes nothing at the moment."""

    code: ClassVar[str] = "forms.closed"
    status: ClassVar[int] = 409
    title = _("This form is closed.")


class SentBefore(DomainError):
    """The form takes one entry of each member, and has this member's."""

    code: ClassVar[str] = "forms.sent_before"
    status: ClassVar[int] = 409
    title = _("You have sent this form already.")


class MembersOnly(DomainError):
    """The form takes one entry of each member, and nobody is signed in."""

    code: ClassVar[str] = "forms.members_only"
    status: ClassVar[int] = 403
    title = _("Please sign in to send this form.")


class FormInUse(DomainError):
    """Something was sent with the form; it can be closed, not deleted."""

    code: ClassVar[str] = "forms.in_use"
    status: ClassVar[int] = 409
    title = _("Something was sent with this form. Close it instead.")
