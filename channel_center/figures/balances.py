"""Balances and arrears for start pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from channel_center.billing.choices import PartyKind, SubscriptionState
from channel_center.billing.models import Subscription, Wallet
from channel_center.billing.services.wallets import views_of
from channel_center.partners.selectors import visible_tenants
from channel_center.partners.services.keys import PartnerProgram
from kernel.access.models import Staff
from kernel.backoffice.templatetags.console import money

_OVERDUE: Final = (SubscriptionState.PAST_DUE, SubscriptionState.GRACE)
_MOST: Final = 6


@dataclass(frozen=True, slots=True)
class BalanceShown:
    """What one of a partner's own wallets has."""

    text: str
    is_low: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How money stands between partners and shops.

    Attributes:
        balances: of the partner's own wallets; none for the operator.
        overdue: functions that were not paid in time, and in how many shops.
    """

    balances: list[BalanceShown]
    overdue: int
    overdue_shops: int


def standing_for(person: Staff | PartnerProgram) -> Standing | None:
    """Return balances and arrears that somebody may see; None where nothing was ever sold."""
    wallets = []
    if person.channel_id is not None:
        own = Wallet.objects.filter(kind=PartyKind.PARTNER, channel=person.channel_id)
        wallets = list(own.order_by("currency")[:_MOST])
    mine = Subscription.objects.filter(tenant__in=visible_tenants(person).values("pk"))
    if not wallets and not mine.exists():
        return None
    late = mine.filter(state__in=_OVERDUE).aggregate(
        functions=Count("pk"), shops=Count("tenant", distinct=True)
    )
    views = views_of(wallets)
    return Standing(
        balances=[
            BalanceShown(
                money(views[row.pk].balance_minor, row.currency),
                views[row.pk].balance_minor < row.low_at_minor,
            )
            for row in wallets
        ],
        overdue=late["functions"],
        overdue_shops=late["shops"],
    )
