"""What monitors refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownMonitor(DomainError):
    """No monitor has this code."""

    code = "reward_monitors.unknown"
    status = 404
    title = _("There is no such monitor.")


class LimitLoosened(DomainError):
    """Limits are never looser than the installation's; its own hold at least."""

    code = "reward_monitors.loosened"
    status = 422
    title = _("Limits can never be looser than those of the platform.")


class SecondPersonFirst(DomainError):
    """Limits that are looser than those that hold are asked for, and a second person decides."""

    code = "reward_monitors.second_person_first"
    status = 409
    title = _("Looser limits need a second person: ask for them instead.")


class NotLooser(DomainError):
    """Limits asked for are not looser than those that hold: one person can set them."""

    code = "reward_monitors.not_looser"
    status = 409
    title = _("These limits are no looser than those that hold. Save them instead.")


class LooseningDecided(DomainError):
    """The request was decided already, or there is none."""

    code = "reward_monitors.loosening_decided"
    status = 404
    title = _("No request waits here.")


class PersonNeeded(DomainError):
    """A program cannot be one of two people."""

    code = "reward_monitors.person_needed"
    status = 403
    title = _("A person has to do this, not a program.")


class HaltNotFound(DomainError):
    """Nothing is halted under this id."""

    code = "reward_monitors.halt_not_found"
    status = 404
    title = _("Nothing is halted here.")


class StillBeyond(DomainError):
    """The figure is beyond its limit still."""

    code = "reward_monitors.still_beyond"
    status = 409
    title = _("The figure is beyond its limit still. Mend the cause first.")


class OtherPersonNeeded(DomainError):
    """Who asked, or who made the change, cannot confirm it."""

    code = "reward_monitors.other_person_needed"
    status = 403
    title = _("Somebody else has to confirm this.")


class ReasonNeeded(DomainError):
    """No reason was given."""

    code = "reward_monitors.reason_needed"
    status = 422
    title = _("A reason is needed.")
