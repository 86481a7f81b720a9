"""What the channel centre refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidChannel(DomainError):
    """A name, short name or brand that cannot be used; ``field`` names it."""

    code = "channel_center.invalid"
    title = _("One of the channel partner's particulars cannot be used.")


class ChannelTaken(DomainError):
    """Another channel partner has the short name or the host name."""

    code = "channel_center.taken"
    status = 409
    title = _("Another channel partner has this short name or host name.")


class UnknownChannel(DomainError):
    """There is no such channel partner."""

    code = "channel_center.unknown"
    status = 404
    title = _("There is no such channel partner.")


class ChannelSuspended(DomainError):
    """The channel partner may not open tenants for now."""

    code = "channel_center.suspended"
    status = 409
    title = _("This channel partner may not open shops for now.")


class UnknownDispute(DomainError):
    """There is no such dispute."""

    code = "channel_center.unknown_dispute"
    status = 404
    title = _("There is no such dispute.")
