"""What work on many shops refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidBulk(DomainError):
    """Something that was said of the work cannot be used; ``field`` names it."""

    code = "bulk.invalid"
    title = _("One of the particulars cannot be used.")


class NothingChosen(DomainError):
    """No shop was chosen, or too many were."""

    code = "bulk.nothing_chosen"
    title = _("Choose between one and 5,000 shops.")


class UnknownBulk(DomainError):
    """There is no such work, or it is another's."""

    code = "bulk.unknown"
    status = 404
    title = _("There is no such work.")


class BulkOver(DomainError):
    """The work has ended."""

    code = "bulk.over"
    status = 409
    title = _("It has ended already.")


class NothingToTakeBack(DomainError):
    """Nothing was brought into the shop by the work, or it cannot be taken back."""

    code = "bulk.nothing_to_take_back"
    status = 409
    title = _("Nothing was brought that could be taken back.")


class NoLongerYours(DomainError):
    """The shop went to another partner meanwhile."""

    code = "bulk.no_longer_yours"
    status = 409
    title = _("The shop is no longer looked after from here.")
