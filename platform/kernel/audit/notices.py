"""What staff are told about the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.audit.events import LogBroken
from kernel.notifications.choices import Audience
from kernel.notifications.kinds import Kind, Telling, Variable, offer


def offer_all() -> None:
    """Make the kinds known."""
    offer(_BROKEN)


def _broken(event: LogBroken) -> Sequence[Telling]:
    return (Telling({"number": str(event.sequence)}, link="/activity/"),)


_BROKEN: Final = Kind(
    code="staff.audit_broken",
    source=LogBroken.name,
    title=_("Activity log is not as it was written"),
    audience=Audience.STAFF,
    permission="audit.view",
    tells=_broken,
    subject=_("Somebody changed the activity log"),
    body=_(
        "Entry {{ number }} of the activity log is not as it was written, or is missing. "
        "Tell your provider, and change nothing until it was looked at."
    ),
    variables={"number": Variable(label=_("Number of the entry"), sample="1024")},
    is_urgent=True,
)
