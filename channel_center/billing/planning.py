"""What a sale would do: one pure function, for looking at it and for charging.

Whoever asks twice for the same moment gets the same answer, so that what was shown is
what is charged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from channel_center.billing.choices import FOR_GOOD, RECURRING, ChargeKind, Term
from channel_center.billing.errors import NotSellable
from channel_center.billing.periods import period_end, share_left, share_of_rest
from channel_center.billing.values import Chain, Plan, Price, Step


@dataclass(frozen=True, slots=True)
class Wanted:
    """An offer as far as planning needs it.

    Attributes:
        not_before: when it begins at the earliest; at once without it.
    """

    id: UUID
    term: str
    rank: int
    trial_days: int
    quantity: int = 1
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """What a shop has of the product now.

    Attributes:
        charge_id: the last charge of it that counts.
        left: by seller and buyer: what was billed for the running stretch, less what was
            credited or given back.
    """

    charge_id: UUID
    offer_id: UUID
    term: str
    rank: int
    quantity: int
    is_trial: bool
    anchor: datetime
    charge_start: datetime
    charge_end: datetime | None
    period_start: datetime
    period_end: datetime | None
    left: Mapping[tuple[UUID | None, UUID | None], int] = field(default_factory=dict)


def plan_sale(
    wanted: Wanted,
    chain: Chain,
    prices: Sequence[Price],
    *,
    currency: str,
    now: datetime,
    running: Running | None = None,
    as_trial: bool = False,
) -> Plan:
    """Return what buying does now: a first purchase, a trial, an upgrade or a downgrade.

    Raises:
        NotSellable: it is there already, or it cannot follow what is there.
    """
    if as_trial:
        return _trial(wanted, chain, prices, currency=currency, now=now, running=running)
    if running is not None and _has_ended(running, now) and not running.is_trial:
        if running.term == Term.USAGE:
            # Its renewal charges what was used; a purchase would leave that out.
            raise NotSellable(reason="by_use")
        return plan_renewal(
            wanted,
            chain,
            prices,
            currency=currency,
            start=running.period_end or now,
            anchor=running.anchor,
        )
    if running is None or running.is_trial:
        replaces = running.charge_id if running and not _has_ended(running, now) else None
        start = max(now, wanted.not_before or now)
        end = period_end(start, start, wanted.term)
        steps = _begun(wanted, chain, prices)
        return Plan(ChargeKind.PURCHASE, currency, steps, start, end, start, replaces)
    _refuse_same(wanted, running)
    if Term.USAGE in {wanted.term, running.term}:
        # What was used is charged at the end of the period; another way of paying waits for it.
        raise NotSellable(reason="by_use")
    if (wanted.rank, wanted.quantity) < (running.rank, running.quantity) or _shortens(
        wanted, running
    ):
        return _downgrade(wanted, chain, prices, currency=currency, running=running)
    return _upgrade(wanted, chain, prices, currency=currency, now=now, running=running)


def plan_renewal(
    wanted: Wanted,
    chain: Chain,
    prices: Sequence[Price],
    *,
    currency: str,
    start: datetime,
    anchor: datetime,
) -> Plan:
    """Return what the next period costs."""
    end = period_end(anchor, start, wanted.term)
    steps = _begun(wanted, chain, prices)
    return Plan(ChargeKind.RENEWAL, currency, steps, start, end, anchor)


def _has_ended(running: Running, now: datetime) -> bool:
    return running.period_end is not None and running.period_end <= now


def _refuse_same(wanted: Wanted, running: Running) -> None:
    is_same = (wanted.id, wanted.quantity) == (running.offer_id, running.quantity)
    if is_same:
        raise NotSellable(reason="already_there")
    if running.term in FOR_GOOD and wanted.term in RECURRING:
        raise NotSellable(reason="bought_for_good")
    if running.term in FOR_GOOD and wanted.rank <= running.rank:
        raise NotSellable(reason="bought_for_good")


def _shortens(wanted: Wanted, running: Running) -> bool:
    """Tell whether a year is to become a month: that waits for the end of the year."""
    return running.term == "year" and wanted.term == "month" and wanted.rank <= running.rank


def _trial(
    wanted: Wanted,
    chain: Chain,
    prices: Sequence[Price],
    *,
    currency: str,
    now: datetime,
    running: Running | None,
) -> Plan:
    days = prices[-1].trial_days
    days = wanted.trial_days if days is None else days
    if not days or wanted.term not in RECURRING or running is not None:
        raise NotSellable(reason="no_trial")
    steps = _unbilled(chain, prices, wanted.quantity)
    return Plan(ChargeKind.TRIAL, currency, steps, now, now + timedelta(days=days), now)


def _upgrade(
    wanted: Wanted,
    chain: Chain,
    prices: Sequence[Price],
    *,
    currency: str,
    now: datetime,
    running: Running,
) -> Plan:
    """Bill the rest of the running period, less what is left of what was billed for it."""
    keeps_period = wanted.term == running.term and running.period_end is not None
    steps = []
    for whole in _steps(chain, prices, wanted.quantity):
        edge = (whole.seller, whole.buyer)
        billed = whole.price_minor
        if keeps_period and running.period_end is not None:
            billed = share_of_rest(
                whole.price_minor, start=running.period_start, end=running.period_end, now=now
            )
        left = share_left(
            running.left.get(edge, 0), start=running.charge_start, end=running.charge_end, now=now
        )
        if running.term in FOR_GOOD:
            left = min(left, billed)
        steps.append(
            Step(
                whole.level, whole.seller, whole.buyer, whole.line_id, whole.list_number,
                whole.price_minor, billed, left,
            )
        )  # fmt: skip
    anchor = running.anchor if keeps_period else now
    end = running.period_end if keeps_period else period_end(now, now, wanted.term)
    return Plan(ChargeKind.UPGRADE, currency, tuple(steps), now, end, anchor, running.charge_id)


def _downgrade(
    wanted: Wanted,
    chain: Chain,
    prices: Sequence[Price],
    *,
    currency: str,
    running: Running,
) -> Plan:
    """Change with the next period: nothing is billed and nothing is given back."""
    if running.period_end is None:
        raise NotSellable(reason="bought_for_good")
    steps = _unbilled(chain, prices, wanted.quantity)
    start = running.period_end
    end = period_end(start, start, wanted.term)
    return Plan(ChargeKind.DOWNGRADE, currency, steps, start, end, running.anchor)


def _begun(wanted: Wanted, chain: Chain, prices: Sequence[Price]) -> tuple[Step, ...]:
    """Return what is billed when a period begins: nothing of what is paid by use."""
    if wanted.term == Term.USAGE:
        return _unbilled(chain, prices, wanted.quantity)
    return _steps(chain, prices, wanted.quantity)


def _unbilled(chain: Chain, prices: Sequence[Price], quantity: int) -> tuple[Step, ...]:
    return tuple(
        Step(s.level, s.seller, s.buyer, s.line_id, s.list_number, s.price_minor, 0, 0)
        for s in _steps(chain, prices, quantity)
    )


def _steps(chain: Chain, prices: Sequence[Price], quantity: int) -> tuple[Step, ...]:
    parties: list[UUID | None] = [None, *chain, None]
    return tuple(
        Step(
            level=level,
            seller=parties[level],
            buyer=parties[level + 1],
            line_id=price.line_id,
            list_number=price.list_number,
            price_minor=price.amount_minor * quantity,
            billed_minor=price.amount_minor * quantity,
            credit_minor=0,
        )
        for level, price in enumerate(prices)
    )
