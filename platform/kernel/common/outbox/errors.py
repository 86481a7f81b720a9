"""What the outbox refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class NotInTransaction(RuntimeError):
    """An event was published outside a transaction: a bug, it could not be undone."""


class UnknownEvent(LookupError):
    """No event class is registered under this name."""


class PayloadMismatch(ValueError):
    """A stored payload does not fit its event class."""


class NotADeadLetter(DomainError):
    """The event does not exist, or it is not given up."""

    code = "outbox.not_a_dead_letter"
    status = 404
    title = _("There is no undeliverable event with this id.")
