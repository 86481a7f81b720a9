"""What the reward engine refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class NotANumber(DomainError):
    """A figure was expected; ``value`` says what was there."""

    code = "rewards.not_a_number"
    status = 422
    title = _("A figure is not a number.")


class RuleUnreadable(DomainError):
    """A filter or an amount that the language of rules does not know."""

    code = "rewards.rule_unreadable"
    status = 422
    title = _("A rule cannot be read.")


class PackRefused(DomainError):
    """A rule pack that cannot be used; ``problems`` name rule and fact."""

    code = "rewards.pack_refused"
    status = 422
    title = _("The rule pack cannot be used.")


class FigureRefused(DomainError):
    """A shop's figure that does not fit; ``name`` and ``fact`` say which and why."""

    code = "rewards.figure_refused"
    status = 422
    title = _("A figure of the mode does not fit.")


class UnknownPack(DomainError):
    """No rule pack has this code."""

    code = "rewards.unknown_pack"
    status = 404
    title = _("There is no such rule pack.")


class EventRefused(DomainError):
    """An event that cannot have happened to what the engine knows."""

    code = "rewards.event_refused"
    status = 422
    title = _("The event does not fit what happened before.")


class FileUnreadable(DomainError):
    """A file that is not in the format of worked examples."""

    code = "rewards.file_unreadable"
    status = 422
    title = _("The file is not in the format of worked examples.")


class ProgrammeNotPermitted(DomainError):
    """Modes that nobody approved, or whose approval has run out."""

    code = "rewards.not_permitted"
    status = 409
    title = _("The mode was not approved for this shop.")


class NotSettable(DomainError):
    """A rule that needs the engine, not a statement; ``rule`` names it."""

    code = "rewards.not_settable"
    status = 409
    title = _("The rule cannot be settled in bulk.")


class AlreadyRunning(DomainError):
    """Modes that run already with the same figures."""

    code = "rewards.already_running"
    status = 409
    title = _("These modes run already.")


class UnknownProgramme(DomainError):
    """No programme that runs has this id."""

    code = "rewards.unknown_programme"
    status = 404
    title = _("No such mode runs.")


class LiabilitiesOpen(DomainError):
    """A programme that still owes; ``open`` says what, kind by kind."""

    code = "rewards.liabilities_open"
    status = 409
    title = _("The mode still owes something. It is switched off once everything is paid.")


class RewardsHalted(DomainError):
    """A monitor has frozen rewards; they move again once two people have lifted it."""

    code = "rewards.halted"
    status = 409
    title = _("Rewards are halted by a monitor.")


class UnknownRank(DomainError):
    """The mode has no such rank, or gives its ranks by rules."""

    code = "rewards.unknown_rank"
    status = 422
    title = _("The mode has no such rank.")


class RankReasonNeeded(DomainError):
    """A rank is given by hand without a reason."""

    code = "rewards.rank_reason_needed"
    status = 422
    title = _("A reason is needed.")
