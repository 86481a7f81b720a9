"""What visits refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidVisit(DomainError):
    """No reason, or longer than anybody may be let in."""

    code = "visits.invalid"
    status = 422
    title = _("A reason and a time of at most three days are needed.")


class VisitDecided(DomainError):
    """Somebody has decided already, or it was withdrawn."""

    code = "visits.decided"
    status = 409
    title = _("This was decided already.")


class NotLetIn(DomainError):
    """The shop has not let the person in, or no more."""

    code = "visits.not_let_in"
    status = 403
    title = _("The shop does not let you in, or no more. Ask again.")


class VisitOpen(DomainError):
    """The person has asked already and waits, or is let in."""

    code = "visits.open"
    status = 409
    title = _("You have asked already.")
