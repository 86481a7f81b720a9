"""What the risk queue refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownCase(DomainError):
    """No case has this id."""

    code = "reward_risk.unknown"
    status = 404
    title = _("There is no such case.")


class CaseDecided(DomainError):
    """The case was decided already."""

    code = "reward_risk.decided"
    status = 409
    title = _("This was decided already.")


class NoteNeeded(DomainError):
    """Nobody is held without being told why."""

    code = "reward_risk.note_needed"
    status = 422
    title = _("Say why; the member reads it.")
