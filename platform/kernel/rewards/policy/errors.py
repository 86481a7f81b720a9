"""What policy refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class ManifestUnreadable(DomainError):
    """A manifest says something that no predicate reads; ``part`` and ``name`` tell where."""

    code = "reward_policy.manifest_unreadable"
    status = 422
    title = _("The description of the mode cannot be read.")


class UnknownMode(DomainError):
    """No mode of the catalogue has this code."""

    code = "reward_policy.unknown_mode"
    status = 404
    title = _("There is no such reward mode.")


class UnknownJurisdiction(DomainError):
    """No law is loaded for a place; ``jurisdiction`` names it."""

    code = "reward_policy.unknown_jurisdiction"
    status = 422
    title = _("There are no rules for this jurisdiction.")


class ModeBlocked(DomainError):
    """The law of a place forbids the mode; ``predicates`` name the rules it offends."""

    code = "reward_policy.blocked"
    status = 422
    title = _("This mode is unlawful where the shop trades and cannot be switched on.")


class SecondPersonNeeded(DomainError):
    """Who asked for an activation cannot approve it."""

    code = "reward_policy.second_person_needed"
    status = 403
    title = _("Somebody else than the person who asked has to approve.")


class OpinionNeeded(DomainError):
    """The verdict demands a legal opinion and none was uploaded."""

    code = "reward_policy.opinion_needed"
    status = 422
    title = _("A legal opinion has to be uploaded first.")


class InvalidOpinion(DomainError):
    """The file is empty, too large or no PDF."""

    code = "reward_policy.invalid_opinion"
    status = 422
    title = _("The opinion has to be a PDF file of at most 5 MB.")


class InvalidActivation(DomainError):
    """No modes, no places or no reason were given."""

    code = "reward_policy.invalid_activation"
    status = 422
    title = _("Modes, places and a reason are needed.")


class ActivationDecided(DomainError):
    """The request was decided already, or the activation is over."""

    code = "reward_policy.decided"
    status = 409
    title = _("This was decided already.")
