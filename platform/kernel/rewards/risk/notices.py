"""What staff and members are told of risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.common.ids import public_id
from kernel.notifications.choices import Audience, MessageChannel, Topic
from kernel.notifications.kinds import Kind, Telling, Variable, offer
from kernel.rewards.risk.choices import Rule
from kernel.rewards.risk.events import CaseOpened, PayoutsHeld

_INBOX: Final = (MessageChannel.INBOX,)


def offer_all() -> None:
    """Make the kinds known."""
    for kind in (_OPENED, _HELD):
        offer(kind)


def _opened(event: CaseOpened) -> Sequence[Telling]:
    values: dict[str, str | Promise] = {"rule": Rule(event.rule).label}
    return (Telling(values, link=f"/rewards/risk/{public_id('rsk', event.case_id)}/"),)


def _held(event: PayoutsHeld) -> Sequence[Telling]:
    what = _("Your payouts are held") if event.is_held else _("Your payouts are released")
    values: dict[str, str | Promise] = {"what": what, "note": event.note}
    return (Telling(values, event.member_id, link="/account/holds/"),)


_OPENED: Final = Kind(
    code="staff.reward_risk",
    source=CaseOpened.name,
    title=_("Something is to be looked at"),
    audience=Audience.STAFF,
    permission="rewards.manage",
    tells=_opened,
    channels=_INBOX,
    subject=_("To be looked at: {{ rule }}"),
    body=_("The risk queue of rewards has a new case: {{ rule }}."),
    variables={"rule": Variable(label=_("Why"), sample="自我推荐")},
)
_HELD: Final = Kind(
    code="risk.held",
    source=PayoutsHeld.name,
    title=_("Payouts held or released"),
    audience=Audience.MEMBER,
    topic=Topic.ACCOUNT,
    tells=_held,
    channels=_INBOX,
    subject=_("{{ what }}"),
    body=_("{{ what }}. The reason: {{ note }}. You can answer on the page behind this message."),
    variables={
        "what": Variable(label=_("What happened"), sample="已打款"),
        "note": Variable(label=_("Reason"), sample="两个账号使用同一台设备"),
    },
)
