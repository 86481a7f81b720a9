"""What draws refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownDraw(DomainError):
    """No draw has this id."""

    code = "reward_draws.unknown"
    status = 404
    title = _("There is no such draw.")


class InvalidDraw(DomainError):
    """Terms that cannot be published; ``invalid`` says why, by field."""

    code = "reward_draws.invalid"
    status = 422
    title = _("The draw cannot be published like this.")


class DrawNotOpen(DomainError):
    """The draw takes no entries now."""

    code = "reward_draws.not_open"
    status = 409
    title = _("The draw takes no entries now.")


class NoChanceLeft(DomainError):
    """The member has entered as often as he may."""

    code = "reward_draws.no_chance_left"
    status = 409
    title = _("You have entered as often as you may.")


class AgeNotConfirmed(DomainError):
    """Only for grown-ups, and the member has not said that he is one."""

    code = "reward_draws.age"
    status = 422
    title = _("Only people of 18 years and more may enter.")
