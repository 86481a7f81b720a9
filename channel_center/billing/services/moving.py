"""Settles prepaid time when a shop goes to another partner.

Channel.md §1.4: what is left of the wholesale of a running period goes back up the old
chain, level by level, and the new chain is charged for the same time at its own prices.
The day is cut at midnight UTC, so what was agreed in the morning still holds at noon.
What the shop itself has paid for running periods stays paid; what is left of it counts on
when the shop upgrades. What lies on its balance is handed over with it; see `handing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F
from django.utils.translation import get_language

from channel_center.billing.choices import OPEN_STATES, ChargeKind, SubscriptionState, Term
from channel_center.billing.errors import UnknownOffer
from channel_center.billing.models import Charge, ChargeStep, Subscription
from channel_center.billing.periods import share_left, share_of_rest
from channel_center.billing.services import handing
from channel_center.billing.services.invoicing import write_moved
from channel_center.billing.services.metering import charge_use
from channel_center.billing.services.pricing import chain_of, chain_prices
from channel_center.billing.services.settling import ChainShort, Edge, Settlement, settle
from channel_center.billing.services.shortage import tell_short
from channel_center.billing.values import Chain, Price
from channel_center.moves.money import MoneyLine, Parties
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.tenancy.context import public_context
from tenants.models import Tenant
from tenants.services.states import locked

_CLOCKWORK: Final = Actor.system("moves")


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is left of one running charge, and what the new chain pays for it.

    Attributes:
        at: where the old charge ends and the new one begins.
        back: by step of the old charge, what of it was not used.
        steps: of the new charge, unsaved.
    """

    charge: Charge
    at: datetime
    back: Mapping[UUID, int]
    old: Sequence[ChargeStep]
    steps: Sequence[ChargeStep]

    @property
    def returned(self) -> list[tuple[ChargeStep, int]]:
        """What goes back up the old chain; what was bought for good is used up at once."""
        if self.charge.period_end is None:
            return []
        return [(step, self.back[step.id]) for step in self.old if step.buyer_id]


class PrepaidTime:
    """Credits the old chain and charges the new one; see `channel_center.moves.money`."""

    @public_context()
    def preview(self, parties: Parties, *, now: datetime) -> Sequence[MoneyLine]:
        """Return what goes back to the old partner, and what the new one is charged."""
        language, lines = get_language(), []
        for rest in _rests(parties, now=now):
            name = rest.charge.offer.edition.product.name_in(language)
            currency = rest.charge.currency
            given = sum(
                minor for step, minor in rest.returned if step.buyer_id == parties.giving_id
            )
            asked = sum(
                step.due_minor
                for step in rest.steps
                if step.buyer_id and step.buyer_id == parties.receiving_id
            )
            if given > 0:
                lines.append(MoneyLine(name, Money(given, currency), credited=True, side="giving"))
            if asked > 0:
                amount = Money(asked, currency)
                lines.append(MoneyLine(name, amount, credited=False, side="receiving"))
        return [*lines, *handing.lines_of(parties)]

    @public_context()
    def settle(self, key: UUID, parties: Parties, *, now: datetime) -> Mapping[str, Any]:
        """Move the money of every running period; once for a move that stands.

        Raises:
            NotAvailableNow: a partner of the new chain has not enough, or the old one has not
                what it holds for the shop.
        """
        locked(parties.tenant_id)
        charges = self._settle_time(key, parties, now=now)
        try:
            balances = handing.hand_over(key, parties, now=now)
        except ChainShort as short:
            tell_short(short)
            raise
        return {"charges": charges, "balances": balances}

    @staticmethod
    def _settle_time(key: UUID, parties: Parties, *, now: datetime) -> list[str]:
        prefix = f"move:{key.hex}:"
        standing = Charge.objects.filter(key__startswith=prefix, ended_at=None)
        done = list(standing.order_by("id").values_list("id", flat=True))
        if done:
            return [each.hex for each in done]
        turn = Charge.objects.filter(key__startswith=prefix).count()
        try:
            _charge_use(parties.tenant_id, now=now)
            made = [
                _taken_over(rest, f"{prefix}{turn}:{rest.charge.id.hex}", now=now)
                for rest in list(_rests(parties, now=now))
            ]
        except ChainShort as short:
            tell_short(short)
            raise
        return [each.id.hex for each in made]

    @public_context()
    def take_back(self, key: UUID, done: Mapping[str, Any], *, now: datetime) -> None:
        """Reverse what was settled; who has spent it meanwhile owes it."""
        handing.take_back(done.get("balances", ()))
        ids = [UUID(each) for each in done.get("charges", ())]
        for charge in Charge.objects.filter(id__in=ids, ended_at=None).order_by("id"):
            locked(charge.subscription.tenant_id)
            _given_back(charge, now=now)


def _charge_use(tenant_id: UUID, *, now: datetime) -> None:
    """Cut what is paid by use: what was used so far is owed to the old chain."""
    rows = Subscription.objects.filter(tenant=tenant_id, state__in=OPEN_STATES)
    for row in rows.filter(offer__term=Term.USAGE).select_related("offer__edition").order_by("id"):
        until = min(now, row.current_end or now)
        charge_use(row, until=until, now=now, actor=_CLOCKWORK, may_owe=True)


def _rests(parties: Parties, *, now: datetime) -> Iterator[_Rest]:
    """Return what is left of every charge that runs and that the new chain sells, too.

    What the new chain does not sell runs to its end as it was paid.
    """
    tenant = Tenant.objects.get(pk=parties.tenant_id)
    old_chain, chain = chain_of(parties.giving_id), chain_of(parties.receiving_id)
    running = Subscription.objects.filter(tenant=tenant, state__in=OPEN_STATES)
    for subscription in running.exclude(state=SubscriptionState.TRIALING).order_by("id"):
        charges = Charge.objects.filter(subscription=subscription, ended_at=None)
        charge = (
            charges.exclude(kind=ChargeKind.USAGE)
            .select_related("offer__edition__product", "subscription")
            .order_by("-period_start")
            .first()
        )
        if charge is None or (charge.period_end is not None and charge.period_end <= now):
            continue
        try:
            prices = chain_prices(chain, tenant.currency, charge.offer_id, at=now)
        except UnknownOffer:
            continue
        yield _rest(charge, old_chain, chain, prices, now=now)


def _rest(
    charge: Charge, old_chain: Chain, chain: Chain, prices: Sequence[Price], *, now: datetime
) -> _Rest:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    at = max(midnight, charge.period_start)
    old = list(ChargeStep.objects.filter(charge=charge).order_by("level"))
    back = {
        step.id: share_left(
            step.left_minor, start=charge.period_start, end=charge.period_end, now=at
        )
        for step in old
    }
    parties: list[UUID | None] = [None, *chain, None]
    steps = []
    for level, price in enumerate(prices):
        is_retail = level == len(prices) - 1
        whole = price.amount_minor * charge.quantity
        billed, credit = _billed(charge, whole, at=at), 0
        if is_retail or charge.period_end is None:
            # Nothing moves: what was paid before counts on.
            known = old[-1] if is_retail else old[0] if level == 0 and old_chain else None
            billed = credit = back[known.id] if known is not None else 0
        steps.append(
            ChargeStep(
                level=level,
                seller_id=parties[level],
                buyer_id=parties[level + 1],
                line_id=price.line_id,
                list_number=price.list_number,
                price_minor=whole,
                billed_minor=billed,
                credit_minor=credit,
            )
        )
    return _Rest(charge, at, back, old, steps)


def _billed(charge: Charge, whole: int, *, at: datetime) -> int:
    subscription, end = charge.subscription, charge.period_end
    if end is None or charge.term == Term.USAGE:
        return 0
    return share_of_rest(whole, start=subscription.current_start, end=end, now=at)


def _moves(rest_old: Sequence[tuple[ChargeStep, int]], new: Sequence[ChargeStep]) -> list[Edge]:
    """Return what moves between each two neighbours, and nothing at the shop."""
    nets: dict[tuple[UUID | None, UUID | None], int] = {}
    for step, minor in rest_old:
        edge = (step.seller_id, step.buyer_id)
        nets[edge] = nets.get(edge, 0) - minor
    for step in new:
        edge = (step.seller_id, step.buyer_id)
        nets[edge] = nets.get(edge, 0) + step.due_minor
    wholesale = [(seller, buyer, due) for (seller, buyer), due in nets.items() if buyer]
    return [*wholesale, (None, None, 0)]


def _taken_over(rest: _Rest, key: str, *, now: datetime) -> Charge:
    """End the old charge, and write the one that the new chain pays."""
    old, back = rest.charge, rest.returned
    charge = Charge(
        id=uuid7(),
        key=key,
        subscription=old.subscription,
        kind=ChargeKind.MOVE,
        offer=old.offer,
        quantity=old.quantity,
        term=old.term,
        currency=old.currency,
        period_start=rest.at,
        period_end=old.period_end,
        seller_id=rest.steps[-1].seller_id,
        collection=old.collection,
        made_by=str(_CLOCKWORK),
        created_at=now,
    )
    journal = settle(_settlement(charge, f"billing:{key}", _moves(back, rest.steps)))
    charge.journal_id = journal.id if journal is not None else None
    Charge.objects.filter(id=old.id).update(ended_at=rest.at)
    charge.save(force_insert=True)
    for step in rest.old:
        ChargeStep.objects.filter(id=step.id).update(
            credited_minor=F("credited_minor") + rest.back[step.id]
        )
    for step in rest.steps:
        step.charge = charge
    steps = ChargeStep.objects.bulk_create(rest.steps)
    write_moved(old, {s.id: -minor for s, minor in back}, now=now)
    write_moved(charge, {s.id: s.due_minor for s in steps if s.buyer_id}, now=now)
    _note(charge, "billing.taken_over", sum(s.due_minor for s in steps))
    return charge


def _given_back(charge: Charge, *, now: datetime) -> None:
    """Let the charge before count again, as if the shop had stayed."""
    steps = list(ChargeStep.objects.filter(charge=charge).order_by("level"))
    old = Charge.objects.get(id=UUID(charge.key.rsplit(":", 1)[1]))
    former = list(ChargeStep.objects.filter(charge=old).order_by("level"))
    is_for_good = old.period_end is None
    # A charge that runs was credited by nothing but the move.
    moved = [(s, s.credited_minor) for s in former]
    paid = [(s, minor) for s, minor in moved if s.buyer_id and not is_for_good]
    edges = [(a, b, -due) for a, b, due in _moves(paid, steps)]
    settle(_settlement(charge, f"billing:{charge.key}:undone", edges, may_owe=True))
    Charge.objects.filter(id=charge.id).update(ended_at=charge.period_start)
    for step in steps:
        ChargeStep.objects.filter(id=step.id).update(credited_minor=step.billed_minor)
    Charge.objects.filter(id=old.id).update(ended_at=None)
    for step, minor in moved:
        ChargeStep.objects.filter(id=step.id).update(credited_minor=F("credited_minor") - minor)
    write_moved(charge, {s.id: -s.due_minor for s in steps if s.buyer_id}, now=now)
    write_moved(old, {s.id: minor for s, minor in paid}, now=now)
    _note(charge, "billing.takeover_undone", 0)


def _settlement(
    charge: Charge, key: str, edges: Sequence[Edge], *, may_owe: bool = False
) -> Settlement:
    return Settlement(
        key=key,
        kind="billing.move",
        tenant_id=charge.subscription.tenant_id,
        currency=charge.currency,
        collection=charge.collection,
        edges=edges,
        reference=("charge", charge.id),
        may_owe=may_owe,
    )


def _note(charge: Charge, action: str, minor: int) -> None:
    subscription = charge.subscription
    Subscription.objects.filter(id=subscription.id).update(version=F("version") + 1)
    record(
        action=action,
        actor=_CLOCKWORK,
        obj=("subscription", subscription.public_id),
        after={"offer": charge.offer.code, "minor": minor, "currency": charge.currency},
    )
