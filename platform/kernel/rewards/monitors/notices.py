"""What staff are told of monitors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.notifications.choices import Audience
from kernel.notifications.kinds import Kind, Telling, Variable, offer
from kernel.rewards.monitors.catalogue import monitor
from kernel.rewards.monitors.choices import Measure
from kernel.rewards.monitors.events import AlarmRaised
from kernel.rewards.policy.texts import worded


def offer_all() -> None:
    """Make the kinds known."""
    offer(_RAISED)


def _raised(event: AlarmRaised) -> Sequence[Telling]:
    one = monitor(event.monitor)
    values: dict[str, str | Promise] = {
        "monitor": f"{one.code} {worded(one.names)}",
        "figure": event.figure,
        "limit": event.limit,
        "measure": Measure(event.measure).label,
    }
    return (Telling(values, link=f"/rewards/monitors/{event.monitor}/"),)


_RAISED: Final = Kind(
    code="staff.reward_alarm",
    source=AlarmRaised.name,
    title=_("A monitor of rewards raised an alarm"),
    audience=Audience.STAFF,
    permission="rewards.manage",
    tells=_raised,
    is_urgent=True,
    subject=_("Rewards: {{ monitor }} is at {{ figure }}"),
    body=_(
        "The monitor “{{ monitor }}” is at {{ figure }}, its limit is {{ limit }}. {{ measure }}."
    ),
    variables={
        "monitor": Variable(label=_("Monitor"), sample="T2 现金奖励占毛利"),
        "figure": Variable(label=_("Figure"), sample="1.04"),
        "limit": Variable(label=_("Limit"), sample="1"),
        "measure": Variable(label=_("What was done"), sample="不再产生新奖励"),
    },
)
