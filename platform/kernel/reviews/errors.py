"""What concerns reviews and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidReview(DomainError):
    """A value that a review cannot have; ``field`` names which."""

    code: ClassVar[str] = "reviews.invalid"
    status: ClassVar[int] = 422
    title = _("The review cannot be kept like this.")


class UnknownReview(DomainError):
    """There is no such review, or it is not shown to whoever asks."""

    code: ClassVar[str] = "reviews.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such review.")


class UnknownLine(DomainError):
    """The member bought nothing of the kind."""

    code: ClassVar[str] = "reviews.unknown_line"
    status: ClassVar[int] = 404
    title = _("There is no such purchase.")


class NotReceived(DomainError):
    """What was bought has not been received."""

    code: ClassVar[str] = "reviews.not_received"
    status: ClassVar[int] = 409
    title = _("Only what was received can be reviewed.")


class ReviewedBefore(DomainError):
    """There is a review of this purchase already."""

    code: ClassVar[str] = "reviews.reviewed_before"
    status: ClassVar[int] = 409
    title = _("This purchase was reviewed already.")


class AppendedBefore(DomainError):
    """Something was appended to the review already."""

    code: ClassVar[str] = "reviews.appended_before"
    status: ClassVar[int] = 409
    title = _("Something was appended to this review already.")


class OwnReview(DomainError):
    """Nobody votes for his own review."""

    code: ClassVar[str] = "reviews.own"
    status: ClassVar[int] = 409
    title = _("You cannot vote for your own review.")


class NothingAppended(DomainError):
    """There is no appended part to decide on."""

    code: ClassVar[str] = "reviews.nothing_appended"
    status: ClassVar[int] = 409
    title = _("Nothing was appended to this review.")


class InvalidReviewPolicy(DomainError):
    """A choice about reviews that cannot be made; ``field`` names which."""

    code: ClassVar[str] = "reviews.invalid_policy"
    status: ClassVar[int] = 422
    title = _("These choices cannot be kept.")
