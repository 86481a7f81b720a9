"""What members are told of their rewards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from kernel.i18n.days import day_text
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name
from kernel.notifications.choices import Audience, MessageChannel, Topic
from kernel.notifications.kinds import Kind, Telling, Variable, offer
from kernel.rewards.events import UnitsExpiring


def offer_all() -> None:
    """Make the kinds known."""
    offer(_EXPIRING)


_day_text = lazy(day_text, str)
_asset_name = lazy(asset_name, str)


def _expiring(event: UnitsExpiring) -> Sequence[Telling]:
    asset = Asset.objects.get(code=event.asset)
    values = {
        "units": _asset_name(asset),
        "amount": event.amount,
        "day": _day_text(date.fromisoformat(event.last_day)),
    }
    return (Telling(values, event.member_id, link=f"/account/earnings/?of={event.asset}"),)


_EXPIRING: Final = Kind(
    code="rewards.expiring",
    source=UnitsExpiring.name,
    title=_("Rewards expire soon"),
    audience=Audience.MEMBER,
    topic=Topic.ACCOUNT,
    tells=_expiring,
    channels=(MessageChannel.INBOX,),
    subject=_("{{ amount }} {{ units }} expire soon"),
    body=_("You can use {{ amount }} {{ units }} until {{ day }}. After that day they are gone."),
    variables={
        "units": Variable(label=_("Kind of reward"), sample="积分"),
        "amount": Variable(label=_("How many"), sample="120"),
        "day": Variable(label=_("Last day of use"), sample="2026-12-31"),
    },
)
