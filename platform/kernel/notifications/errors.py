"""What concerns messages and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidTemplate(DomainError):
    """A template that cannot be kept; ``field`` names the part, ``variable`` what is unknown."""

    code: ClassVar[str] = "notifications.invalid_template"
    status: ClassVar[int] = 422
    title = _("The template cannot be kept like this.")


class UnknownKind(DomainError):
    """There are no messages of this kind, or not by this channel or in this language."""

    code: ClassVar[str] = "notifications.unknown_kind"
    status: ClassVar[int] = 404
    title = _("There is no such kind of message.")


class UnknownMessage(DomainError):
    """There is no such message."""

    code: ClassVar[str] = "notifications.unknown_message"
    status: ClassVar[int] = 404
    title = _("There is no such message.")


class UnknownSign(DomainError):
    """There is no such signature of text messages."""

    code: ClassVar[str] = "notifications.unknown_sign"
    status: ClassVar[int] = 404
    title = _("There is no such signature.")


class SignNotApproved(DomainError):
    """A signature that nobody has approved."""

    code: ClassVar[str] = "notifications.sign_not_approved"
    status: ClassVar[int] = 409
    title = _("Text messages may not go out in this name.")


class UnknownPrinter(DomainError):
    """There is no such printer."""

    code: ClassVar[str] = "notifications.unknown_printer"
    status: ClassVar[int] = 404
    title = _("There is no such printer.")


class InvalidChoice(DomainError):
    """A choice about messages that cannot be made; ``field`` names which."""

    code: ClassVar[str] = "notifications.invalid_choice"
    status: ClassVar[int] = 422
    title = _("This cannot be chosen.")


class LinkRefused(DomainError):
    """A link that is forged, or of another shop."""

    code: ClassVar[str] = "notifications.link_refused"
    status: ClassVar[int] = 404
    title = _("This link is not valid.")


class NotAgain(DomainError):
    """Only what was given up is sent again."""

    code: ClassVar[str] = "notifications.not_again"
    status: ClassVar[int] = 409
    title = _("Only a message that was given up can be sent again.")
