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
    """A shop may only tighten limits; the installation's own hold at least."""

    code = "reward_monitors.loosened"
    status = 422
    title = _("A limit can only be made tighter.")


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
