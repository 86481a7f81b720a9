"""What concerns orders and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class OrderNotFound(DomainError):
    """There is no such order, or it is another's; which one is not told."""

    code = "orders.not_found"
    status = 404
    title = _("There is no such order.")


class TransitionRefused(DomainError):
    """The order is not where this can be done; ``guard`` names what is in the way."""

    code = "orders.transition_refused"
    status = 409
    title = _("This cannot be done with the order as it is now.")


class ChangeRefused(DomainError):
    """A proposed change cannot be made; ``operation`` counts from 0."""

    code = "orders.change_refused"
    status = 422
    title = _("The order cannot be changed like this.")


class ChangeOutdated(DomainError):
    """The order moved on after the change was proposed, or it was decided already."""

    code = "orders.change_outdated"
    status = 409
    title = _("The order was changed meanwhile. Please look at it again.")


class InvalidPolicy(DomainError):
    """A choice about orders that cannot be used; ``field`` names it."""

    code = "orders.invalid_policy"
    status = 422
    title = _("Some settings are not acceptable.")


class InvalidNote(DomainError):
    """A note or a tag that is empty or too long."""

    code = "orders.invalid_note"
    status = 422
    title = _("A note has 1 to 2000 characters, a tag 1 to 40.")
