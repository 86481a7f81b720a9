"""Charges what a shop used: by the meters of its kernel, after each period, once.

An offer by use costs nothing when it begins. At the end of a period the meter is read and
the reading is kept, so whoever asks again, however late, charges the same units; what the
edition includes (its limit ``soft``) is free, once for each period: where a period was cut
and read in parts, each part goes on from where the one before ended. Files are counted in
gigabytes begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from channel_center.billing.choices import ChargeKind, Term
from channel_center.billing.models import (
    Charge,
    ChargeStep,
    PriceLine,
    Reading,
    Subscription,
)
from channel_center.billing.services.invoicing import write_invoices
from channel_center.billing.services.settling import Settlement, settle
from channel_center.billing.tiers import units_minor
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.ids import uuid7
from kernel.quotas.meters import Meter, meter_of
from kernel.tenancy.context import tenant_context
from tenants.directory import to_ref
from tenants.models import Tenant
from tenants.services.states import locked

INCLUDED: Final = "soft"
_GIGABYTE: Final = 1_000_000_000


def is_by_use(subscription: Subscription) -> bool:
    """Tell whether a subscription is paid by what was used."""
    return subscription.offer.term == Term.USAGE


@transaction.atomic
def read_use(subscription_id: UUID, *, until: datetime) -> Reading | None:
    """Keep what the meter says of the time since the last reading; None where none passed.

    A reading that is there is never made anew: what is counted late is not charged twice.
    """
    tenant_id = Subscription.objects.values_list("tenant_id", flat=True).get(id=subscription_id)
    locked(tenant_id)
    subscription = Subscription.objects.select_related("offer").get(id=subscription_id)
    known = Reading.objects.filter(subscription=subscription)
    if found := known.filter(period_end=until).first():
        return found
    begun = known.aggregate(last=Max("period_end"))["last"]
    start = max(subscription.current_start, begun or subscription.current_start)
    if start >= until:
        return None
    return Reading.objects.create(
        subscription=subscription,
        meter=subscription.offer.meter,
        period_start=start,
        period_end=until,
        used=_counted(meter_of(subscription.offer.meter), tenant_id, start, until),
    )


def _counted(meter: Meter, tenant_id: UUID, start: datetime, until: datetime) -> int:
    """Return what was used of a meter; of what never begins anew, what there is now."""
    with tenant_context(to_ref(Tenant.objects.get(pk=tenant_id))):
        if meter.begins_anew:
            return meter.counted(start, until)
        return meter.counted(None, None)


def units_of(meter: Meter, used: int, included: int) -> int:
    """Return how many units are charged of what was used."""
    over = max(used - included, 0)
    return -(-over // _GIGABYTE) if meter.is_bytes else over


def units_after(meter: Meter, before: Sequence[int], used: int, included: int) -> int:
    """Return how many units a part of a period adds to the parts that were read before it.

    Together the parts come to what the whole period would: what is included is used up once.

    Args:
        meter: what was read.
        before: what earlier parts of the same period used.
        used: what this part used; of what never begins anew, what there is now.
        included: in the whole period.
    """
    return units_up_to(meter, [*before, used], included) - units_up_to(meter, before, included)


def units_up_to(meter: Meter, parts: Sequence[int], included: int) -> int:
    """Return how many units the parts of a period that were read so far come to."""
    # What lies there is read as a whole each time: only what is more than ever before counts.
    used = sum(parts) if meter.begins_anew else max(parts, default=0)
    return units_of(meter, used, included)


def charge_use(
    subscription: Subscription,
    *,
    until: datetime,
    now: datetime,
    actor: Actor,
    may_owe: bool = False,
) -> Charge | None:
    """Charge what was used up to a moment, at the prices of the running period; once.

    Args:
        subscription: locked, by use.
        until: the end of the period, or an earlier cut.
        now: the moment.
        actor: the clock, or who pays.
        may_owe: who has not enough owes it, as nothing can be stopped any more.

    Raises:
        InsufficientFunds, NotAvailableNow: it cannot be paid.
    """
    reading = read_use(subscription.id, until=until)
    running = (
        Charge.objects.filter(subscription=subscription, ended_at=None)
        .exclude(kind=ChargeKind.USAGE)
        .order_by("-period_start")
        .first()
    )
    if reading is None or reading.charge_id is not None or running is None:
        return None
    included = int(subscription.offer.edition.limits.get(INCLUDED, 0)) * subscription.quantity
    before = Reading.objects.filter(
        subscription=subscription,
        period_start__gte=subscription.current_start,
        period_start__lt=reading.period_start,
    )
    parts = list(before.values_list("used", flat=True))
    meter = meter_of(reading.meter)
    units = units_after(meter, parts, reading.used, included)
    if not units:
        return None
    charge = Charge.objects.create(
        id=uuid7(),
        key=f"use:{reading.id.hex}",
        subscription=subscription,
        kind=ChargeKind.USAGE,
        offer=running.offer,
        quantity=units,
        term=running.term,
        currency=running.currency,
        period_start=reading.period_start,
        period_end=reading.period_end,
        seller_id=running.seller_id,
        collection=running.collection,
        made_by=str(actor)[:200],
        created_at=now,
    )
    steps = _write_steps(charge, running, units_up_to(meter, parts, included))
    journal = settle(
        Settlement(
            key=f"billing:{charge.key}",
            kind="billing.usage",
            tenant_id=subscription.tenant_id,
            currency=charge.currency,
            collection=charge.collection,
            edges=[(step.seller_id, step.buyer_id, step.billed_minor) for step in steps],
            reference=("charge", charge.id),
            may_owe=may_owe,
        )
    )
    Charge.objects.filter(id=charge.id).update(journal_id=journal.id if journal else None)
    Reading.objects.filter(id=reading.id).update(charge=charge)
    write_invoices(charge, steps, now=now)
    record(
        action="billing.use_charged",
        actor=actor,
        obj=("subscription", subscription.public_id),
        after={
            "offer": running.offer.code,
            "units": units,
            "minor": steps[-1].billed_minor,
            "currency": charge.currency,
        },
    )
    return charge


def _write_steps(charge: Charge, running: Charge, before: int) -> list[ChargeStep]:
    """Write what each level owes for units that follow others, as the period's prices say."""
    owed = list(ChargeStep.objects.filter(charge=running).order_by("level"))
    # A list that counts is never changed, so its line is what the period was sold at.
    lines = PriceLine.objects.in_bulk([step.line_id for step in owed if step.line_id])
    tiers = {step.id: line.steps for step in owed if (line := lines.get(step.line_id))}
    return ChargeStep.objects.bulk_create(
        ChargeStep(
            charge=charge,
            level=step.level,
            seller_id=step.seller_id,
            buyer_id=step.buyer_id,
            line_id=step.line_id,
            list_number=step.list_number,
            price_minor=step.price_minor,
            billed_minor=units_minor(
                step.price_minor,
                tiers.get(step.id, ()),
                before=before,
                units=charge.quantity,
            ),
        )
        for step in owed
    )
