"""What members are told of draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.common.ids import public_id
from kernel.notifications.choices import Audience, MessageChannel, Topic
from kernel.notifications.kinds import Kind, Telling, Variable, offer
from kernel.rewards.draws.events import PrizeWon


def offer_all() -> None:
    """Make the kinds known."""
    offer(_WON)


def _won(event: PrizeWon) -> Sequence[Telling]:
    values = {"draw": event.title, "prize": event.prize, "number": str(event.number)}
    return (
        Telling(values, event.member_id, link=f"/draws/{public_id('drw', event.draw_id)}/"),
    )  # fmt: skip


_WON: Final = Kind(
    code="draw.won",
    source=PrizeWon.name,
    title=_("Prize of a draw"),
    audience=Audience.MEMBER,
    topic=Topic.ACCOUNT,
    tells=_won,
    channels=(MessageChannel.INBOX,),
    subject=_("You have won: {{ prize }}"),
    body=_("Your entry no. {{ number }} in the draw “{{ draw }}” has won: {{ prize }}."),
    variables={
        "draw": Variable(label=_("Name of the draw"), sample="春日抽奖"),
        "prize": Variable(label=_("Prize"), sample="茶壶一把"),
        "number": Variable(label=_("Number of the entry"), sample="12"),
    },
)
