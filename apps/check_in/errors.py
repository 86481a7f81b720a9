"""What check-in refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class DayNotOpen(DomainError):
    """The day is today, to come, or too long ago."""

    code = "check_in.day_not_open"
    status = 409
    title = _("This day cannot be made up.")


class NoMakeUpLeft(DomainError):
    """This month's make-ups are used up, or there are none."""

    code = "check_in.no_make_up_left"
    status = 409
    title = _("No make-up is left this month.")


class NotEnoughPoints(DomainError):
    """The member has fewer points than a make-up costs."""

    code = "check_in.not_enough_points"
    status = 409
    title = _("There are not enough points for a make-up.")
