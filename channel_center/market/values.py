"""What the market shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from channel_center.billing.choices import (
    FOR_GOOD,
    OPEN_STATES,
    RECURRING,
    SubscriptionState,
    limit_name,
)
from channel_center.billing.models import Offer, Product, Subscription
from kernel.common.money import Money
from tenants.console.selectors import Function


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer at the price that this shop is asked for.

    Attributes:
        action: ``buy``, ``current``, ``planned``, ``upgrade``, ``change`` (at the end of the
            period), ``convert`` (from a trial), or empty when it cannot follow what is there.
        trial_days: 0 where it cannot be tried, or was.
        tiers: of what is paid by use: above so many units of a period each costs that.
    """

    offer: Offer
    price: Money
    trial_days: int
    action: str
    tiers: tuple[tuple[int, Money], ...] = ()

    @property
    def name(self) -> str:
        """What its edition is called."""
        return self.offer.edition.name_in(get_language())

    @property
    def limits(self) -> list[tuple[str, int]]:
        """What it allows, by name."""
        return [(limit_name(name), value) for name, value in self.offer.edition.limits.items()]

    @property
    def is_recurring(self) -> bool:
        """True where it is paid again each period."""
        return self.offer.term in RECURRING


@dataclass(frozen=True, slots=True)
class Bought:
    """What the shop has of a product.

    Attributes:
        read_only_at: from then on it can be read and not changed; None for never.
        off_at: from then on it is off.
        renewal: what the next period costs; None where nothing is renewed.
    """

    subscription: Subscription
    read_only_at: datetime | None
    off_at: datetime | None
    support_until: datetime | None
    renewal: Money | None

    @property
    def state(self) -> str:
        """Where it stands."""
        return str(self.subscription.state)

    @property
    def is_open(self) -> bool:
        """True while it runs, or could be paid."""
        return self.state in OPEN_STATES

    @property
    def is_for_good(self) -> bool:
        """True for what is not paid again."""
        return self.is_open and self.subscription.offer.term in FOR_GOOD

    @property
    def is_trial(self) -> bool:
        """True while it is being tried."""
        return self.state == SubscriptionState.TRIALING

    @property
    def is_overdue(self) -> bool:
        """True when a period began that is not paid."""
        return self.state in {SubscriptionState.PAST_DUE, SubscriptionState.GRACE}

    @property
    def next_name(self) -> str:
        """What the edition of the next period is called."""
        following = self.subscription.next_offer or self.subscription.offer
        return following.edition.name_in(get_language())

    @property
    def may_cancel(self) -> bool:
        """True where it would be renewed."""
        running = self.is_open and self.subscription.current_end is not None
        return running and not self.subscription.cancel_at_end


@dataclass(frozen=True, slots=True)
class Item:
    """A function or another product, as one thing to look at.

    Attributes:
        code: in its address: of the module, or the product's id.
        function: None for what is no module.
        product: None for what is sold nowhere.
        support: code of what extends updates and support of it; empty where nothing does.
    """

    code: str
    name: str
    summary: str
    category: str
    icon: str
    pictures: tuple[str, ...]
    function: Function | None
    product: Product | None
    offers: tuple[Offered, ...] = ()
    bought: Bought | None = None
    support: str = ""

    @property
    def is_free(self) -> bool:
        """True for a function that costs nothing."""
        return self.function is not None and self.function.status.manifest.tier == "free"

    @property
    def least(self) -> Offered | None:
        """What it costs at least."""
        return min(self.offers, key=lambda each: each.price.minor, default=None)

    @property
    def trial_days(self) -> int:
        """How long it may be tried."""
        return max((each.trial_days for each in self.offers), default=0)

    @property
    def is_on(self) -> bool:
        """True when the function is switched on."""
        return self.function is not None and self.function.status.enabled
