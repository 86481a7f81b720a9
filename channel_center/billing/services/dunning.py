"""Days on which something happens to a subscription, as its seller's price list says."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from channel_center.billing.models import ChargeStep, PriceLine, Subscription
from channel_center.billing.values import Dunning


def dunning_for(subscription: Subscription) -> Dunning:
    """Return the days that count for a subscription: those of the list it was bought from."""
    line_id = (
        ChargeStep.objects.filter(charge__subscription=subscription, buyer=None)
        .order_by("-charge__created_at", "-level")
        .values_list("line_id", flat=True)
        .first()
    )
    return _of_line(line_id)


def _of_line(line_id: UUID | None) -> Dunning:
    told = (
        PriceLine.objects.filter(Q(id=line_id))
        .values_list("price_list__dunning", flat=True)
        .first()
    )
    return read_dunning(told)


def read_dunning(told: object) -> Dunning:
    """Return days as they are stored; what is not said is as usual."""
    if not isinstance(told, dict):
        return Dunning()
    known: dict[str, Any] = {}
    for each in fields(Dunning):
        value = told.get(each.name)
        if isinstance(value, list):
            known[each.name] = tuple(int(day) for day in value)
        elif isinstance(value, int):
            known[each.name] = value
    return Dunning(**known)


def first_look(subscription: Subscription, dunning: Dunning | None = None) -> datetime | None:
    """Return when a subscription that begins a period is looked at first."""
    if subscription.current_end is None:
        return None
    notices = (dunning or Dunning()).notices
    days = max(notices, default=0)
    return max(subscription.current_end - timedelta(days=days), subscription.current_start)
