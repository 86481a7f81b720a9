"""What simulations refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class AssumptionRefused(DomainError):
    """A figure that a simulation cannot suppose; ``name`` tells which, and its bounds."""

    code = "rewards.assumption_refused"
    status = 422
    title = _("The simulation cannot suppose this figure.")


class ReportNeeded(DomainError):
    """An activation that no finished simulation stands behind."""

    code = "rewards.report_needed"
    status = 409
    title = _("A simulation of these modes with these figures is needed first.")


class Insolvent(DomainError):
    """Modes that could not pay what they owe when growth stops; ``scenarios`` name where."""

    code = "rewards.insolvent"
    status = 422
    title = _("These modes could not pay what they promise when growth stops.")


class UnknownSimulation(DomainError):
    """No simulation has this id."""

    code = "rewards.unknown_simulation"
    status = 404
    title = _("There is no such simulation.")
